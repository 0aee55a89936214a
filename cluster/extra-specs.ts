/**
 * Does an offered value meet a wanted one, in the operators of Nova's extra specs? `s==`, `s!=`, `s<`, `s<=`, `s>`, `s>=`, `<in>`, `<all-in>`,
 * `<or>`, `=` (at least), `==`, `!=`, `<`, `<=`, `>`, `>=` (numbers); without an operator: equal text.
 */
export function meetsExtraSpec(offered: string, wanted: string): boolean {
  const words = wanted.trim().split(/\s+/);
  const operator = words[0] ?? '';
  const text = words.slice(1).join(' ');
  const number = Number(text);
  switch (operator) {
    case '<or>':
      return wanted.split('<or>').some(choice => choice.trim() === offered);
    case '<in>':
      return offered.includes(text);
    case '<all-in>':
      return words.slice(1).every(word => offered.includes(word));
    case 's==':
      return offered === text;
    case 's!=':
      return offered !== text;
    case 's<':
      return offered < text;
    case 's<=':
      return offered <= text;
    case 's>':
      return offered > text;
    case 's>=':
      return offered >= text;
    case '=':
    case '>=':
      return Number(offered) >= number;
    case '==':
      return Number(offered) === number;
    case '!=':
      return Number(offered) !== number;
    case '<':
      return Number(offered) < number;
    case '<=':
      return Number(offered) <= number;
    case '>':
      return Number(offered) > number;
    default:
      return offered === wanted.trim();
  }
}
