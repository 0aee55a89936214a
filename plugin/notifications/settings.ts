import { z } from 'zod';
import { parseTransportUrl, TransportUrlError } from './transport-url.ts';

/** Notifications for others, and those of Nova and Cinder: both over the cloud's RabbitMQ. */
export const notificationSettingsSchema = z.strictObject({
  /** `rabbit://USER:PASSWORD@HOST:PORT[,…]/VHOST`, as oslo.messaging's; empty: nothing is sent, nothing listened to. */
  transportUrl: z.string().default('').superRefine(refuseBadUrl),
  /** The least that is sent. */
  level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']).default('INFO'),
  /** Where they go: `TOPIC.info` and so on. */
  exchange: z.string().min(1).default('watcher'),
  topic: z.string().min(1).default('notifications'),
  /** Nova's versioned notifications and Cinder's, as EXCHANGE.TOPIC; what they say makes the picture of the cloud be taken anew. */
  listen: z
    .array(z.string().regex(/^[^.\s]+\.[^\s]+$/, 'it has the form EXCHANGE.TOPIC'))
    .default(['nova.versioned_notifications', 'openstack.notifications']),
});

export type NotificationSettings = Readonly<z.output<typeof notificationSettingsSchema>>;

/** What is wrong with it, never the URL itself: it holds a password. */
function refuseBadUrl(url: string, context: z.RefinementCtx): void {
  if (url === '') return;
  try {
    parseTransportUrl(url);
  } catch (error) {
    if (!(error instanceof TransportUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
}
