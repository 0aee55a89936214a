/** A figure by which a plan of a goal is judged. */
export interface EfficacyIndicatorSpec {
  readonly name: string;
  readonly description: string;
  readonly unit: string | null;
}

export interface EfficacyIndicator extends EfficacyIndicatorSpec {
  readonly value: number;
}

/** What "better" means. */
export interface Goal {
  readonly name: string;
  readonly displayName: string;
  readonly indicators: readonly EfficacyIndicatorSpec[];
  /** One figure for the whole plan, of its indicators by name. */
  globalEfficacy(indicators: Readonly<Record<string, number>>): readonly EfficacyIndicator[];
}
