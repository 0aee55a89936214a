/** What became of the rows of one kind. */
export interface FamilyReport {
  readonly family: string;
  readonly found: number;
  readonly imported: number;
  /** Here already, by their UUID. */
  readonly known: number;
  /** Not wanted, or impossible: those have a note. */
  readonly leftOut: number;
}

export interface ImportReport {
  readonly families: readonly FamilyReport[];
  /** One sentence each about what is not as it was. */
  readonly notes: readonly string[];
  /** Names that this version does not offer, with the number of live rows imported that have them. */
  readonly unknownGoals: ReadonlyMap<string, number>;
  readonly unknownStrategies: ReadonlyMap<string, number>;
  readonly unknownActionTypes: ReadonlyMap<string, number>;
}

/** Counts and collects while the rows go by. */
export class ImportTally {
  readonly notes: string[] = [];
  readonly unknownGoals = new Map<string, number>();
  readonly unknownStrategies = new Map<string, number>();
  readonly unknownActionTypes = new Map<string, number>();
  readonly #families = new Map<string, { found: number; imported: number; known: number; leftOut: number }>();

  count(family: string, what: 'imported' | 'known' | 'leftOut', rows = 1): void {
    const counts = this.#families.get(family) ?? { found: 0, imported: 0, known: 0, leftOut: 0 };
    this.#families.set(family, { ...counts, found: counts.found + rows, [what]: counts[what] + rows });
  }

  countUnknown(names: Map<string, number>, name: string): void {
    names.set(name, (names.get(name) ?? 0) + 1);
  }

  report(families: readonly string[]): ImportReport {
    const none = { found: 0, imported: 0, known: 0, leftOut: 0 };
    return {
      families: families.map(family => ({ family, ...none, ...this.#families.get(family) })),
      notes: this.notes,
      unknownGoals: this.unknownGoals,
      unknownStrategies: this.unknownStrategies,
      unknownActionTypes: this.unknownActionTypes,
    };
  }
}
