import { randomUUID } from 'node:crypto';

export type Priority = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** From the least to the most severe. */
export const PRIORITIES: readonly Priority[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

export interface Notification {
  readonly eventType: string;
  readonly priority: Priority;
  readonly payload: object;
}

/** The message as oslo.messaging's `messagingv2` driver would send it. */
export function wrap(
  { eventType, priority, payload }: Notification,
  { publisherId, at }: { readonly publisherId: string; readonly at: Date },
): Buffer {
  const message = {
    message_id: randomUUID(),
    publisher_id: publisherId,
    event_type: eventType,
    priority,
    payload,
    timestamp: at.toISOString().replace('T', ' ').replace('Z', '000'),
    _unique_id: randomUUID().replaceAll('-', ''),
  };
  return Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));
}

/** The event type and payload of a message, enveloped or bare; undefined when it is none. */
export function unwrap(
  content: Buffer,
): { readonly eventType: string; readonly payload: unknown } | undefined {
  try {
    const outer = JSON.parse(content.toString('utf8')) as Record<string, unknown>;
    const inner = outer['oslo.message'];
    const message = typeof inner === 'string' ? (JSON.parse(inner) as Record<string, unknown>) : outer;
    const eventType = message['event_type'];
    return typeof eventType === 'string' ? { eventType, payload: message['payload'] } : undefined;
  } catch {
    return undefined;
  }
}
