/** Names of the catalogue's service types that the lab's tools call. */
export type Service = 'identity' | 'compute' | 'placement' | 'network' | 'image' | 'metric';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Statuses of failure to answer with undefined instead of an error. */
  readonly accept?: readonly number[];
}

export interface Credentials {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
  readonly domain: string;
}

/** The lab's administrator, or whom OS_* names. */
export function credentials(environment: NodeJS.ProcessEnv = {}): Credentials {
  return {
    authUrl: environment['OS_AUTH_URL'] ?? 'http://127.0.0.1:15000/v3',
    username: environment['OS_USERNAME'] ?? 'admin',
    password: environment['OS_PASSWORD'] ?? 'lab',
    project: environment['OS_PROJECT_NAME'] ?? 'admin',
    domain: environment['OS_USER_DOMAIN_NAME'] ?? 'Default',
  };
}

/**
 * Just enough of OpenStack over HTTP for filling and reading the lab. It shares no code with the product, so that a mistake
 * there is not made here too and cancelled out.
 */
export class LabCloud {
  readonly token: string;
  /** Public URLs in RegionOne by service type. */
  readonly urls: ReadonlyMap<string, string>;

  private constructor(token: string, urls: ReadonlyMap<string, string>) {
    this.token = token;
    this.urls = urls;
  }

  static async connect(who: Credentials = credentials()): Promise<LabCloud> {
    const domain = { name: who.domain };
    const user = { name: who.username, password: who.password, domain };
    const reply = await send(`${who.authUrl}/auth/tokens`, {
      method: 'POST',
      body: {
        auth: {
          identity: { methods: ['password'], password: { user } },
          scope: { project: { name: who.project, domain } },
        },
      },
    });
    const { token } = (await reply.json()) as {
      token: { catalog: { type: string; endpoints: { interface: string; region: string; url: string }[] }[] };
    };
    const urls = new Map<string, string>();
    for (const { type, endpoints } of token.catalog) {
      const found = endpoints.find(each => each.interface === 'public' && each.region === 'RegionOne');
      if (found) urls.set(type, found.url);
    }
    return new LabCloud(reply.headers.get('X-Subject-Token') ?? '', urls);
  }

  /** The decoded reply, undefined when it is empty or has a status in `accept`; any other failure is an error. */
  async call<T = unknown>(service: Service, path: string, call: Call = {}): Promise<T | undefined> {
    const reply = await send(`${this.urls.get(service)}${path}`, call, {
      'X-Auth-Token': this.token,
      'OpenStack-API-Version': service === 'placement' ? 'placement 1.39' : 'compute 2.96',
    });
    const text = await reply.text();
    return reply.ok && text ? (JSON.parse(text) as T) : undefined;
  }

  /** As `call`, for a reply that must be there. */
  async read<T>(service: Service, path: string, call: Call = {}): Promise<T> {
    const reply = await this.call<T>(service, path, call);
    if (reply === undefined) throw new Error(`${service} ${path}: empty reply`);
    return reply;
  }
}

const CALL_TIMEOUT_MS = 120_000;

async function send(url: string, call: Call, headers: Record<string, string> = {}): Promise<Response> {
  const { method = 'GET', body, accept = [] } = call;
  const reply = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  if (!reply.ok && !accept.includes(reply.status)) {
    throw new Error(`${method} ${url}: ${reply.status} ${(await reply.text()).slice(0, 500)}`);
  }
  return reply;
}
