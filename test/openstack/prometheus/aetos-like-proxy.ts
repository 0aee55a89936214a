import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AetosLikeProxy {
  /** To be registered in the catalogue. */
  readonly url: string;
  /** Queries that were let through. */
  readonly queries: readonly string[];
  stop(): Promise<void>;
}

/** uWSGI's limit for a request without its body. */
const LARGEST_REQUEST_BYTES = 4096;

/**
 * What Aetos does: asks Keystone about the token, wants the role admin or service, and hands `GET /api/v1/query` with its one
 * parameter on to Prometheus. It knows no other path here, and takes no longer request than uWSGI does.
 */
export async function startAetosLikeProxy(
  keystoneUrl: string,
  prometheusUrl: string,
): Promise<AetosLikeProxy> {
  const queries: string[] = [];
  const server = createServer({ maxHeaderSize: LARGEST_REQUEST_BYTES }, (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const handle = async () => {
      if (!(await isAdmin(request.headers['x-auth-token']))) return answer(401, { error_message: 'no' });
      const url = new URL(request.url ?? '/', 'http://proxy');
      const names = [...url.searchParams.keys()];
      if (request.method !== 'GET' || url.pathname !== '/prometheus/api/v1/query') return answer(404, {});
      if (names.join() !== 'query')
        return answer(400, { error_message: `unknown argument: ${names.join()}` });
      const query = url.searchParams.get('query')!;
      queries.push(query);
      const found = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(query)}`);
      answer(found.status, await found.json());
    };
    handle().catch((error: unknown) => answer(500, { error_message: String(error) }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`,
    queries,
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };

  async function isAdmin(token: string | string[] | undefined): Promise<boolean> {
    if (typeof token !== 'string') return false;
    const reply = await fetch(`${keystoneUrl}/auth/tokens`, {
      headers: { 'X-Auth-Token': token, 'X-Subject-Token': token },
    });
    if (!reply.ok) return false;
    const { token: found } = (await reply.json()) as { token: { roles: { name: string }[] } };
    return found.roles.some(({ name }) => name === 'admin' || name === 'service');
  }
}
