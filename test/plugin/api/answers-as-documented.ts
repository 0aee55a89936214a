import { expect } from 'chai';
import { z } from 'zod';
import { canonicalUrl } from '../../../plugin/api/exchange.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

export interface OpenApiOperation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface DocumentedAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

/** Throws when an answer is not what the document says of that method and path. */
export type Check = (method: string, url: string, answer: DocumentedAnswer) => void;

export function checkerOf(document: OpenApi): Check {
  const validators = new Map<Schema, z.ZodType>();
  const validatorOf = (schema: Schema): z.ZodType => {
    const known = validators.get(schema);
    if (known !== undefined) return known;
    const made = z.fromJSONSchema(resolved(schema, document) as Parameters<typeof z.fromJSONSchema>[0]);
    validators.set(schema, made);
    return made;
  };
  return (method, url, { status, contentType, text }) => {
    const path = canonicalUrl(url).split('?')[0]!;
    // what browsers ask first is answered in front of all routes
    if (!path.startsWith('/v1') || (method === 'OPTIONS' && status === 200)) return;
    const operation = operationAt(document, path.slice(3) || '/', method.toLowerCase());
    const response = responseFor(document, operation, status);
    const what = `${method} ${path} answered ${status}`;
    expect(response, `${what}, which is not documented`).to.not.equal(undefined);
    const schema = response!.content?.['application/json']?.schema;
    if (schema === undefined || method === 'HEAD') {
      expect(text, `${what} with a body that is not documented`).to.equal('');
      return;
    }
    // keystonemiddleware's words, when Keystone is gone
    if (status === 503 && contentType?.startsWith('text/plain') === true) return;
    const parsed = validatorOf(schema).safeParse(JSON.parse(text));
    expect(parsed.error?.issues ?? [], `${what}: ${text.slice(0, 500)}`).to.deep.equal([]);
  };
}

/** The schema with the places filled in to which it refers. */
export function resolved(value: unknown, document: OpenApi): unknown {
  if (Array.isArray(value)) return value.map(one => resolved(one, document));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref: reference } = value as { $ref?: string };
  if (reference !== undefined) {
    return resolved(document.components.schemas[reference.replace('#/components/schemas/', '')], document);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, document)]));
}

function operationAt(document: OpenApi, path: string, method: string): OpenApiOperation | undefined {
  const exact = document.paths[path];
  if (exact !== undefined) return exact[method];
  const segments = path.split('/');
  const template = Object.keys(document.paths).find(candidate => {
    const parts = candidate.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, at) => part.startsWith('{') || part === segments[at])
    );
  });
  return template === undefined ? undefined : document.paths[template]![method];
}

/** What is on no route is an error. */
function responseFor(
  document: OpenApi,
  operation: OpenApiOperation | undefined,
  status: number,
): Response | undefined {
  const { responses } = document.components;
  if (operation === undefined) {
    if (status === 401) return responses['Unauthorized'];
    return status >= 400 ? responses['Error'] : undefined;
  }
  const response =
    operation.responses[status] ?? (status >= 400 ? operation.responses['default'] : undefined);
  const name = response?.$ref?.replace('#/components/responses/', '');
  return name === undefined ? response : responses[name];
}
