/** Rows under their titles, in a frame of text. Numbers stand to the right. */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map(row => String(row[column]).length)),
  );
  const frame = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+`;
  const line = (cells: readonly (string | number)[]) =>
    `|${cells
      .map((cell, column) => {
        const width = widths[column]!;
        return typeof cell === 'number' ? ` ${String(cell).padStart(width)} ` : ` ${cell.padEnd(width)} `;
      })
      .join('|')}|`;
  return [frame, line(titles), frame, ...rows.map(line), ...(rows.length > 0 ? [frame] : [])].join('\n');
}

/** The text in lines of at most `width` characters: broken at blanks, and inside what has none for so long. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap(each => each.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
