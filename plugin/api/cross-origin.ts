import cors from 'cors';
import type { RequestHandler } from 'express';
import type { ApiSettings } from './settings.ts';

/** Lets pages of the allowed origins use the API; requests of others go on without a word about it. Undefined when there is none. */
export function crossOrigin(settings: ApiSettings['cors']): RequestHandler | undefined {
  const allowed = new Set(settings.allowedOrigins);
  if (allowed.size === 0) return undefined;
  return cors({
    origin: (origin, decide) => {
      if (allowed.has('*')) decide(null, '*');
      else decide(null, origin !== undefined && allowed.has(origin) ? origin : false);
    },
    credentials: settings.allowCredentials,
    methods: settings.allowMethods,
    allowedHeaders: settings.allowHeaders,
    exposedHeaders: settings.exposeHeaders,
    maxAge: settings.maxAgeSeconds,
    optionsSuccessStatus: 200,
  });
}
