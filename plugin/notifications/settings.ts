import { z } from 'zod';
import { parseTransportUrl, TransportUrlError } from './transport-url.ts';

/** Notifications for others, and those of Nova and Cinder: both over the cloud's RabbitMQ. */
export const notificationSettingsSchema = z.strictObject({
  transportUrl: z
    .string()
    .default('')
    .superRefine(refuseBadUrl)
    .describe(
      "rabbit://USER:PASSWORD@HOST:PORT[,…]/VHOST, as oslo.messaging's; empty: nothing is sent, nothing listened to.",
    ),
  level: z
    .enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])
    .default('INFO')
    .describe('The least that is sent.'),
  exchange: z.string().min(1).default('watcher').describe('Where they go.'),
  topic: z.string().min(1).default('notifications').describe('Queues are TOPIC.info, TOPIC.error and so on.'),
  listen: z
    .array(z.string().regex(/^[^.\s]+\.[^\s]+$/, 'it has the form EXCHANGE.TOPIC'))
    .default(['nova.versioned_notifications', 'openstack.notifications'])
    .describe(
      "Nova's versioned notifications and Cinder's, as EXCHANGE.TOPIC; what they say makes the picture of the cloud be taken anew.",
    ),
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
