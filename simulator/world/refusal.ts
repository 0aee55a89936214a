/** Nova would not do what was asked: `kind` decides the status on the wire, the message is Nova's. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: 'not_found' | 'bad_request' | 'conflict';

  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}
