import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { Metrics } from '../metrics/metrics.ts';
import { methodNotAllowed } from './dispatch.ts';
import { exchangeOf } from './exchange.ts';

/** Counts requests by the route that serves them. */
export function countRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    response.once('close', () => {
      const { route = 'none' } = exchangeOf(response);
      const seconds = (performance.now() - began) / 1000;
      metrics.requested({ method: request.method, route, status: response.statusCode, seconds });
    });
    next();
  };
}

/** `/metrics` on the API's own address. */
export function metricsDocument(metrics: Metrics): RequestHandler {
  return async (request, response) => {
    if (request.method !== 'GET') throw methodNotAllowed(request, response, 'GET');
    const text = await metrics.text();
    response.setHeader('Content-Type', metrics.contentType);
    response.end(text);
  };
}

/** `/metrics` on an address of its own, and nothing else. */
export function metricsListener(metrics: Metrics): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.statusCode = 404;
      response.end();
      return;
    }
    metrics.text().then(
      text => {
        response.setHeader('Content-Type', metrics.contentType);
        response.end(text);
      },
      () => {
        response.statusCode = 500;
        response.end();
      },
    );
  };
}
