import { Router } from 'express';
import { z } from 'zod';
import type { SimulatorContext } from './context.ts';
import { Failure } from './context.ts';

const WORLD_FAULT = z.strictObject({
  kind: z.enum(['host_dies', 'host_returns', 'cell_down', 'cell_returns', 'metrics_lost', 'metrics_return']),
  name: z.string().optional(),
});
const CALL_FAULT = z.strictObject({
  kind: z.enum(['slow', 'fail', 'hang', 'drop']),
  service: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  share: z.number().min(0).max(1).optional(),
  times: z.int().positive().optional(),
  seconds: z.number().gt(0).optional(),
  status: z.int().min(400).max(599).optional(),
  message: z.string().optional(),
});

/** What no cloud has: faults by request, without a token. `POST /simulator/faults` takes a fault as in a scenario file. */
export function controlRoutes({ world, faults, tokens }: SimulatorContext): Router {
  const router = Router();
  router.get('/faults', (_request, response) => {
    response.json({ faults: faults.list });
  });
  router.post('/faults', (request, response) => {
    const ofWorld = WORLD_FAULT.safeParse(request.body);
    const ofCalls = CALL_FAULT.safeParse(request.body);
    if (ofWorld.success) world.suffer({ ...ofWorld.data, at: world.nowAt });
    else if (ofCalls.success) faults.add(ofCalls.data);
    else throw new Failure(400, { error: { code: 400, message: 'This is no fault: see docs/simulator.md' } });
    response.status(204).end();
  });
  router.delete('/faults', (_request, response) => {
    faults.clear();
    response.status(204).end();
  });
  router.delete('/tokens', (_request, response) => {
    tokens.revokeAll();
    response.status(204).end();
  });
  return router;
}
