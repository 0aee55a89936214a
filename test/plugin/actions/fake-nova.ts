import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openCloud } from '../../../plugin/openstack/cloud.ts';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';

export const SERVER_ID = '11111111-2222-4333-8444-555555555555';
const MIB = 2 ** 20;

/** How Nova's picture of the server and of its migration is from some second after the start on. */
export interface Frame {
  readonly at: number;
  readonly server?: Partial<FakeServer>;
  /** Status of the migration's record; undefined leaves it as it is, and absent at first. */
  readonly record?: string;
  readonly remainingMiB?: number;
}

interface FakeServer {
  status: string;
  task: string | null;
  host: string;
  locked: boolean;
  fault: string | undefined;
  /** Name; `micro` when missing. */
  flavor?: string;
}

interface FakeRecord {
  id: number;
  type: string;
  status: string;
  createdAt: string;
  target: string;
}

interface FakeService {
  id: string;
  host: string;
  status: 'enabled' | 'disabled';
  state: 'up' | 'down';
  disabledReason?: string | undefined;
}

/**
 * Keystone and the part of Nova that actions use, over real HTTP. What happens after a migration was asked for is
 * played from `frames`, an abort continues with `abortFrames`, a confirmation with `confirmFrames` and so on.
 */
export class FakeNova {
  server: FakeServer | undefined = {
    status: 'ACTIVE',
    task: null,
    host: 'compute-1',
    locked: false,
    fault: undefined,
  };
  services: FakeService[] = ['compute-1', 'compute-2', 'compute-3'].map(host => ({
    id: `service-${host}`,
    host,
    status: 'enabled',
    state: 'up',
  }));
  records: FakeRecord[] = [];
  /** What Nova noted of failed steps. */
  details: string[] = [];
  /** What was asked of the server, newest first. */
  requests: { request_id: string; action: string }[] = ['live-migration', 'migrate', 'resize'].map(
    action => ({
      request_id: `req-${action}`,
      action,
    }),
  );
  groups: { id: string; members: string[] }[] = [];
  flavors = [
    { id: 'f1', name: 'micro' },
    { id: 'f2', name: 'large' },
  ];
  frames: Frame[] = [];
  abortFrames: Frame[] | undefined;
  forceFrames: Frame[] = [];
  confirmFrames: Frame[] = [];
  revertFrames: Frame[] = [];
  /** Status with which Nova answers the next POSTs to the server, in order; the request is not done then. */
  refusals: { status: number; message: string; done?: boolean }[] = [];
  /** While it returns true, Nova answers 503 to everything. */
  isAway: () => boolean = () => false;
  /** What was asked of Nova, but for GETs: `POST os-migrateLive {"host":"compute-2"…}`. */
  readonly asked: string[] = [];

  readonly #now: () => number;
  readonly #http: Server;
  #playing: { from: number; frames: Frame[] } | undefined;
  #remainingMiB: number | undefined;
  #current: FakeRecord | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#http = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<Cloud> {
    await new Promise<void>(resolve => {
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    const config = {
      name: 'fake',
      authUrl: `${this.#url}/v3`,
      credentials: {
        kind: 'password',
        user: { id: 'admin' },
        password: 'secret',
        scope: { kind: 'project', project: { id: 'admin' } },
      },
      region: 'RegionOne',
      interface: 'public',
      tls: { verify: true, ca: undefined, cert: undefined, key: undefined },
      endpointOverrides: {},
    } as const;
    return openCloud(config, { attempts: 1 });
  }

  stop(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  /** A migration that Nova has under way, as after an interruption of the service. */
  begin(type: 'live-migration' | 'migration' | 'resize', target: string, frames: Frame[]): void {
    this.#play(frames, type, target);
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  #play(frames: Frame[], type?: string, target = 'compute-2'): void {
    this.#playing = { from: this.#now(), frames: [...frames] };
    if (type === undefined) return;
    const createdAt = new Date(this.#now()).toISOString().slice(0, -1);
    this.#current = { id: this.records.length + 7, type, status: '', createdAt, target };
  }

  /** Brings everything up to date with the clock. */
  #advance(): void {
    const seconds = (this.#now() - (this.#playing?.from ?? 0)) / 1000;
    while (this.#playing?.frames[0] !== undefined && this.#playing.frames[0].at <= seconds) {
      const frame = this.#playing.frames.shift();
      if (frame?.server !== undefined && this.server !== undefined) Object.assign(this.server, frame.server);
      if (frame?.remainingMiB !== undefined) this.#remainingMiB = frame.remainingMiB;
      if (frame?.record === undefined || this.#current === undefined) continue;
      if (this.#current.status === '') this.records.unshift(this.#current);
      this.#current.status = frame.record;
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const url = new URL(request.url ?? '/', this.#url);
    this.#advance();
    const isKeystone = url.pathname.startsWith('/v3');
    const reply =
      !isKeystone && this.isAway() ? failure(503, 'away') : this.#answer(request.method ?? '', url, body);
    response.writeHead(reply.status, { 'content-type': 'application/json', 'x-subject-token': 'token' });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  }

  #answer(method: string, url: URL, body: unknown): Reply {
    const path = url.pathname.replace(/^\/v2\.1/, '');
    if (url.pathname === '/v3/auth/tokens') return { status: 201, body: { token: token(this.#url) } };
    if (path === '/') return ok({ version: { version: '2.100', min_version: '2.1' } });
    if (method === 'GET') return this.#read(path, url.searchParams);
    this.asked.push(`${method} ${path.replace(SERVER_ID, '{id}')} ${JSON.stringify(body) ?? ''}`.trim());
    return this.#change(method, path, body as Record<string, unknown>);
  }

  #read(path: string, query: URLSearchParams): Reply {
    if (query.has('marker')) return ok({ migrations: [], services: [], flavors: [] });
    const server = this.server;
    switch (path) {
      case `/servers/${SERVER_ID}`:
        return server === undefined ? failure(404, 'gone') : ok({ server: serverWire(server) });
      case `/servers/${SERVER_ID}/migrations`:
        return server === undefined ? failure(404, 'gone') : ok({ migrations: this.#progress() });
      case `/servers/${SERVER_ID}/os-instance-actions`:
        return ok({ instanceActions: this.requests });
      case '/flavors/detail':
        return ok({ flavors: this.flavors });
      case '/os-migrations':
        return ok({ migrations: this.records.map(recordWire) });
      case '/os-services':
        return ok({
          services: this.services.filter(({ host }) => host === (query.get('host') ?? host)).map(serviceWire),
        });
      case '/os-server-groups':
        return ok({
          server_groups: this.groups.map(group => ({ ...group, name: group.id, policy: 'affinity' })),
        });
      default:
        return path.includes('/os-instance-actions/req-')
          ? ok({
              instanceAction: {
                events: this.details.map(details => ({ event: 'e', result: 'Error', details })),
              },
            })
          : failure(404, `fake Nova has no ${path}`);
    }
  }

  #progress(): unknown[] {
    const record = this.records.find(({ status }) =>
      ['preparing', 'running', 'post-migrating'].includes(status),
    );
    if (record === undefined || record.type !== 'live-migration') return [];
    const left = this.#remainingMiB;
    return [
      {
        ...recordWire(record),
        memory_total_bytes: left === undefined ? null : 256 * MIB,
        memory_remaining_bytes: left === undefined ? null : left * MIB,
        memory_processed_bytes: left === undefined ? null : (256 - left) * MIB,
      },
    ];
  }

  #change(method: string, path: string, body: Record<string, unknown> | undefined): Reply {
    const refusal = this.refusals.shift();
    if (refusal !== undefined && refusal.done !== true) return failure(refusal.status, refusal.message);
    const reply = this.#obey(method, path, body);
    return refusal === undefined ? reply : failure(refusal.status, refusal.message);
  }

  #obey(method: string, path: string, body: Record<string, unknown> | undefined): Reply {
    if (method === 'PUT') {
      const service = this.services.find(({ id }) => path.endsWith(`/${id}`));
      if (service === undefined) return failure(404, 'no such service');
      service.status = body?.['status'] === 'disabled' ? 'disabled' : 'enabled';
      service.disabledReason = body?.['disabled_reason'] as string | undefined;
      return ok({ service: {} });
    }
    if (method === 'DELETE') {
      if (this.abortFrames === undefined) return failure(400, 'Migration is not running');
      this.#play(this.abortFrames);
      return { status: 202, body: undefined };
    }
    const action = Object.keys(body ?? {})[0];
    const target = (body?.[action ?? ''] as { host?: string | null } | null)?.host ?? undefined;
    if (action === 'os-migrateLive') this.#play(this.frames, 'live-migration', target);
    if (action === 'migrate') this.#play(this.frames, 'migration', target);
    if (action === 'resize') this.#play(this.frames, 'resize', target);
    if (action === 'force_complete') this.#play(this.forceFrames);
    if (action === 'confirmResize') this.#play(this.confirmFrames);
    if (action === 'revertResize') this.#play(this.revertFrames);
    this.#advance();
    return { status: 202, body: undefined };
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function failure(status: number, message: string): Reply {
  return { status, body: { error: { code: status, message } } };
}

function token(url: string): unknown {
  const endpoint = { interface: 'public', region: 'RegionOne', region_id: 'RegionOne', url: `${url}/v2.1` };
  return {
    issued_at: '2026-03-01T00:00:00Z',
    expires_at: '2026-03-02T00:00:00Z',
    user: { id: 'admin', name: 'admin' },
    project: { id: 'admin', name: 'admin' },
    catalog: [{ type: 'compute', endpoints: [endpoint] }],
  };
}

function serverWire({ status, task, host, locked, fault, flavor = 'micro' }: FakeServer): unknown {
  return {
    id: SERVER_ID,
    name: 'web-1',
    status,
    tenant_id: 'project-1',
    created: '2026-02-01T00:00:00Z',
    'OS-EXT-STS:vm_state': status.toLowerCase(),
    'OS-EXT-STS:task_state': task,
    'OS-EXT-SRV-ATTR:host': host,
    locked,
    flavor: { original_name: flavor, vcpus: 1, ram: 256, disk: 1, ephemeral: 0, swap: 0, extra_specs: {} },
    image: '',
    ...(fault === undefined ? {} : { fault: { message: fault } }),
  };
}

function serviceWire({ id, host, status, state, disabledReason }: FakeService): unknown {
  return { id, host, status, state, binary: 'nova-compute', disabled_reason: disabledReason ?? null };
}

function recordWire({ id, type, status, createdAt, target }: FakeRecord): Record<string, unknown> {
  return {
    id,
    uuid: `migration-${id}`,
    instance_uuid: SERVER_ID,
    source_compute: 'compute-1',
    dest_compute: target,
    migration_type: type,
    status,
    created_at: createdAt,
    updated_at: null,
  };
}
