import type { Goal } from '../../goals/goal.ts';
import type { ScoringEngine } from '../../scoring/scoring-engine.ts';
import type { Strategy } from '../../strategies/strategy.ts';
import type { CatalogueEntry, Repositories } from '../lifecycle/repositories.ts';
import { invalidInput, notFound } from './errors.ts';

export interface GoalEntry extends CatalogueEntry {
  readonly goal: Goal;
}

export interface StrategyEntry extends CatalogueEntry {
  readonly strategy: Strategy<unknown>;
}

export interface ScoringEngineEntry extends CatalogueEntry {
  readonly engine: ScoringEngine;
}

/** The goals, strategies and scoring engines on offer, and the UUIDs of all that have ever been. */
export interface Catalogue {
  readonly goals: readonly GoalEntry[];
  readonly strategies: readonly StrategyEntry[];
  readonly scoringEngines: readonly ScoringEngineEntry[];
  /** By UUID, name (case-insensitive) or id; throws what becomes 404. */
  goal(identifier: string): GoalEntry;
  strategy(identifier: string): StrategyEntry;
  scoringEngine(identifier: string): ScoringEngineEntry;
  /** The name behind an identifier, also of what is no longer on offer; undefined when it never was. */
  goalName(identifier: string): string | undefined;
  strategyName(identifier: string): string | undefined;
  /** Null only for names that no replica has ever offered. */
  goalUuid(name: string): string | null;
  strategyUuid(name: string): string | null;
  /** For the filters `goal` and `strategy` of a list; what has never been on offer matches nothing. */
  filter(query: Readonly<Record<string, string>>): NameFilter;
}

export interface NameFilter {
  readonly goalName?: string | readonly string[];
  readonly strategyName?: string | readonly string[];
}

/** Throws what becomes 400. */
export function requireStrategyOfGoal(
  { strategy }: StrategyEntry,
  goal: GoalEntry,
  { strategies }: Catalogue,
): void {
  if (strategy.goal === goal.name) return;
  const choices = strategies.filter(entry => entry.strategy.goal === goal.name);
  throw invalidInput(
    'strategy',
    strategy.name,
    `'${strategy.name}' strategy does not relate to the '${goal.name}' goal. ` +
      `Possible choices: ${choices.map(({ uuid, name }) => `'${uuid}' (${name})`).join(', ')}`,
  );
}

export async function readCatalogue(
  repository: Repositories['catalogue'],
  offer: {
    readonly goals: readonly Goal[];
    readonly strategies: readonly Strategy<unknown>[];
    readonly scoringEngines: readonly ScoringEngine[];
  },
): Promise<Catalogue> {
  const { goals, strategies, scoringEngines } = offer;
  const goalRows = await repository.sync(
    'goal',
    goals.map(({ name }) => name),
  );
  const strategyRows = await repository.sync(
    'strategy',
    strategies.map(({ name }) => name),
  );
  const engineRows = await repository.sync(
    'scoring_engine',
    scoringEngines.map(({ name }) => name),
  );
  const goalEntries = goals.map(goal => ({ ...goalRows.get(goal.name)!, goal }));
  const strategyEntries = strategies.map(strategy => ({ ...strategyRows.get(strategy.name)!, strategy }));
  const engineEntries = scoringEngines.map(engine => ({ ...engineRows.get(engine.name)!, engine }));
  const goalName = (identifier: string) => find([...goalRows.values()], identifier)?.name;
  const strategyName = (identifier: string) => find([...strategyRows.values()], identifier)?.name;
  return {
    goals: goalEntries,
    strategies: strategyEntries,
    scoringEngines: engineEntries,
    goal: identifier => find(goalEntries, identifier) ?? fail('Goal', identifier),
    strategy: identifier => find(strategyEntries, identifier) ?? fail('Strategy', identifier),
    scoringEngine: identifier => find(engineEntries, identifier) ?? fail('ScoringEngine', identifier),
    goalName,
    strategyName,
    goalUuid: name => goalRows.get(name)?.uuid ?? null,
    strategyUuid: name => strategyRows.get(name)?.uuid ?? null,
    filter: ({ goal, strategy }) => ({
      ...(goal === undefined ? {} : { goalName: goalName(goal) ?? [] }),
      ...(strategy === undefined ? {} : { strategyName: strategyName(strategy) ?? [] }),
    }),
  };
}

function find<Entry extends CatalogueEntry>(
  entries: readonly Entry[],
  identifier: string,
): Entry | undefined {
  const wanted = identifier.toLowerCase();
  return entries.find(
    ({ uuid, name, id }) => uuid === wanted || name.toLowerCase() === wanted || String(id) === wanted,
  );
}

function fail(resource: string, identifier: string): never {
  throw notFound(resource, identifier);
}
