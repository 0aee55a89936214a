/** A named preset for audits. */
export interface AuditTemplate {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly description: string | null;
  readonly goalName: string;
  readonly strategyName: string | null;
  readonly scope: readonly unknown[];
  readonly defaultParameters: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string | null;
  readonly deletedAt: string | null;
}
