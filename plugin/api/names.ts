import { invalidInput } from './errors.ts';

/** Characters of a name that are kept. */
export const MAXIMUM_NAME = 63;

/** Throws what becomes 400. */
export function checkName(name: unknown): string {
  if (typeof name !== 'string') throw invalidInput('name', name, 'Wrong type. Expected a string.');
  if (name.trim() === '') throw invalidInput('name', name, 'A name must not be empty.');
  if (name.length > MAXIMUM_NAME) {
    throw invalidInput('name', name, `A name may have ${MAXIMUM_NAME} characters.`);
  }
  return name;
}
