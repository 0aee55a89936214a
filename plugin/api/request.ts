/** A request that has passed authentication, policy and version checks. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Only arguments that the route knows. */
  readonly query: Readonly<Record<string, string>>;
  /** Minor number of the API version that it asks for. */
  readonly minor: number;
  /** Scheme and host that links begin with: `http://controller:9322`. */
  readonly baseUrl: string;
  /** Rows that are soft-deleted are to be seen. */
  readonly showDeleted: boolean;
  /** The raw body; undefined when there is none. */
  readonly body: string | undefined;
  readonly contentType: string;
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
}

export interface Reply {
  /** Default 200; 204 without a body. */
  readonly status?: number;
  readonly body?: unknown;
  readonly location?: string;
}

/** One path with one method, below `/v1`. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Watcher's policy rule, `goal:get_all`; without one, everybody with a token may. */
  readonly rule?: string;
  /** Names of the query arguments that it knows. */
  readonly query?: readonly string[];
  /** What a list can be sorted by; for its description only. */
  readonly sortKeys?: readonly string[];
  /** Of what the path names: its attributes, which rules of the policy may ask for. Throws what becomes 404. */
  readonly target?: (request: ApiRequest) => Promise<Readonly<Record<string, unknown>>>;
  /** The same for members of a project whom the rule refuses: only what is the project's own. Without it, they get 403. */
  readonly handleOwn?: (projectId: string, request: ApiRequest) => Promise<Reply>;
  readonly handle: (request: ApiRequest) => Promise<Reply> | Reply;
}
