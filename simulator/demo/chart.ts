/** Values (percent, 0–100) of a host at each step: what was measured, then what is forecast by quantile. */
export interface Fan {
  readonly past: readonly number[];
  readonly p05: readonly number[];
  readonly p25: readonly number[];
  readonly p50: readonly number[];
  readonly p75: readonly number[];
  readonly p95: readonly number[];
}

const TOP = 110;
const ROW_PERCENT = 5;
const BAR_CELLS = 40;

/** A chart of 5 percent per line and one column per step, with the threshold as a dotted line. */
export function fanChart(fan: Fan, thresholdPercent: number): readonly string[] {
  const lines: string[] = [];
  for (let low = TOP - ROW_PERCENT; low >= 0; low -= ROW_PERCENT) {
    const isThreshold = low <= thresholdPercent && thresholdPercent < low + ROW_PERCENT;
    const within = (value: number) => value >= low && value < low + ROW_PERCENT;
    const touches = (from: number, to: number) => from < low + ROW_PERCENT && to >= low;
    const past = fan.past.map(value => (within(value) ? '●' : isThreshold ? '┄' : ' '));
    const future = fan.p50.map((median, n) => {
      if (within(median)) return '━';
      if (touches(fan.p25[n]!, fan.p75[n]!)) return '▓';
      if (touches(fan.p05[n]!, fan.p95[n]!)) return '░';
      return isThreshold ? '┄' : ' ';
    });
    const label = low % 20 === 0 ? `${String(low).padStart(4)} %` : '      ';
    lines.push(`${label} │${past.join('')}│${future.join('')}`.trimEnd());
  }
  lines.push(`       └${'─'.repeat(fan.past.length)}┴${'─'.repeat(fan.p50.length)}`);
  return lines;
}

/** `compute-1  ████████┊───  62 %`: cells up to the value, a mark at the threshold. */
export function bar(label: string, percent: number, thresholdPercent: number): string {
  const cells = Array.from({ length: BAR_CELLS }, (_, n) => {
    const reached = percent >= ((n + 0.5) * 100) / BAR_CELLS;
    if (n === Math.round((thresholdPercent * BAR_CELLS) / 100)) return reached ? '▌' : '┊';
    return reached ? '█' : '·';
  });
  return `${label.padEnd(12)} ${cells.join('')} ${percent.toFixed(0).padStart(4)} %`;
}

/** `[#######···]` for a progress between 0 and 1. */
export function progressBar(share: number): string {
  const done = Math.round(20 * Math.min(1, Math.max(0, share)));
  return `[${'█'.repeat(done)}${'·'.repeat(20 - done)}]`;
}

/** Words broken into lines of at most `width` characters, each with the indent before it. */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
