import { z } from 'zod';
import { MAXIMUM_VERSION, MINIMUM_VERSION, SERVICE_TYPE } from '../microversions.ts';
import type { Route } from '../request.ts';
import type { Operation } from './operations.ts';
import { OPERATIONS } from './operations.ts';
import type { ReplyName } from './replies.ts';
import { REPLIES } from './replies.ts';
import { PATCH_SCHEMA, bodySchema, plain } from './request-bodies.ts';

type Json = Readonly<Record<string, unknown>>;

/** The API as OpenAPI 3.1: every route of the table, with the schemas that requests are read by and answers are tested by. */
export function openApiDocument(routes: readonly Route[], baseUrl: string): Json {
  const documented = routes.filter(route => OPERATIONS.has(keyOf(route)));
  const byPath = Map.groupBy(documented, ({ path }) => path);
  return {
    openapi: '3.1.1',
    info: {
      title: "Auspex: Watcher's infra-optim API",
      version: MAXIMUM_VERSION,
      description:
        `Microversions ${MINIMUM_VERSION} to ${MAXIMUM_VERSION}. What is optional in an answer is in detailed answers only, ` +
        'or from some microversion on.',
    },
    servers: [{ url: `${baseUrl}/v1` }],
    security: [{ token: [] }],
    paths: Object.fromEntries(
      [...byPath].map(([path, ofPath]) => [
        path.replaceAll(/:(\w+)/g, '{$1}'),
        Object.fromEntries(ofPath.map(route => [route.method.toLowerCase(), operationOf(route)])),
      ]),
    ),
    components: {
      schemas: {
        ...Object.fromEntries(
          Object.entries(REPLIES).map(([name, schema]) => [name, plain(z.toJSONSchema(schema))]),
        ),
        Patch: PATCH_SCHEMA,
        Error: ERROR,
        Unauthorized: UNAUTHORIZED,
      },
      responses: {
        Error: { description: 'What is wrong, in a sentence.', content: json(reference('Error')) },
        Unauthorized: { description: 'No valid token.', content: json(reference('Unauthorized')) },
      },
      securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' } },
    },
  };
}

function keyOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

function operationOf(route: Route): Json {
  const operation = OPERATIONS.get(keyOf(route))!;
  const body = bodyOf(operation);
  return {
    summary: operation.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [route.path.split('/')[1] || 'versions'],
    ...(route.rule === undefined ? {} : { 'x-policy-rule': route.rule }),
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      [operation.status ?? 200]: successOf(operation),
      401: { $ref: '#/components/responses/Unauthorized' },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

function successOf({ reply, status = 200 }: Operation): Json {
  const location = { Location: { schema: { type: 'string', format: 'uri' } } };
  return {
    description: reply === undefined ? 'Done.' : `${reply}.`,
    ...(status === 201 ? { headers: location } : {}),
    ...(reply === undefined ? {} : { content: json(reference(reply)) }),
  };
}

function bodyOf({ body }: Operation): Json | undefined {
  if (body === undefined) return undefined;
  if (body === 'any') return {};
  return body === 'patch' ? reference('Patch') : bodySchema(body);
}

function parametersOf({ path, query = [], sortKeys }: Route): readonly Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = query.map(name => ({
    name,
    in: 'query',
    schema:
      name === 'sort_key' && sortKeys !== undefined
        ? { enum: sortKeys }
        : (ARGUMENTS[name] ?? { type: 'string' }),
  }));
  return [...inPath, ...inQuery, VERSION_HEADER, SHOW_DELETED_HEADER];
}

const ARGUMENTS: Readonly<Record<string, Json>> = {
  limit: { type: 'integer', minimum: 1 },
  sort_dir: { enum: ['asc', 'desc'] },
  audit_uuid: { type: 'string', format: 'uuid' },
  action_plan_uuid: { type: 'string', format: 'uuid' },
  data_model_type: { const: 'compute' },
};

const VERSION_HEADER = {
  name: 'OpenStack-API-Version',
  in: 'header',
  schema: { type: 'string', default: `${SERVICE_TYPE} ${MINIMUM_VERSION}` },
};
const SHOW_DELETED_HEADER = { name: 'X-Show-Deleted', in: 'header', schema: { type: 'boolean' } };

const ERROR = {
  type: 'object',
  properties: {
    error_message: {
      type: 'string',
      description:
        'JSON in a string, {"faultcode", "faultstring", "debuginfo"}; plain text for errors of routing.',
    },
  },
  required: ['error_message'],
  additionalProperties: false,
};

const UNAUTHORIZED = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { const: 401 }, title: { type: 'string' }, message: { type: 'string' } },
      required: ['code', 'title', 'message'],
      additionalProperties: false,
    },
  },
  required: ['error'],
  additionalProperties: false,
};

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function reference(name: ReplyName | 'Patch' | 'Error' | 'Unauthorized'): Json {
  return { $ref: `#/components/schemas/${name}` };
}
