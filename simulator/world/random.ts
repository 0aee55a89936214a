/** 32 bits that follow from the text alone (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  return mixed(hash);
}

/** A number in [0, 1) that follows from the two integers alone, so that any point of time can be asked for. */
export function uniform(seed: number, n: number): number {
  return mixed(seed ^ Math.imul(n + 1, 0x9e3779b1)) / 2 ** 32;
}

/** A normally distributed number that follows from the two integers alone (Box and Muller). */
export function normal(seed: number, n: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, 2 * n)));
  return radius * Math.cos(2 * Math.PI * uniform(seed, 2 * n + 1));
}

/** A UUID of version 4 that follows from the text alone. */
export function uuidOf(text: string): string {
  const digits = [0, 1, 2, 3].map(n => seedOf(`${text}/${n}`).toString(16).padStart(8, '0')).join('');
  const variant = ((Number.parseInt(digits[16]!, 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
    digits.slice(20),
  ].join('-');
}

/** The last step of MurmurHash3: every bit in changes half of the bits out. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
