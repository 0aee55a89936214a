import type { z } from 'zod';

/** Undefined when it is no JSON; JSON has no undefined itself. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first thing that is wrong: `servers.0.id: Invalid input: expected string, received number`. */
export function issueOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'it is malformed' : `${issue.path.join('.') || 'body'}: ${issue.message}`;
}
