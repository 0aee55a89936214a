import type { ScoringEngineEntry } from '../catalogue.ts';
import { linksOf } from './common.ts';

export function scoringEngineView(
  { uuid, name, engine }: ScoringEngineEntry,
  baseUrl: string,
  isDetailed: boolean,
): object {
  return {
    uuid,
    name,
    description: engine.description,
    links: linksOf(baseUrl, `scoring_engines/${uuid}`),
    ...(isDetailed ? { metainfo: engine.metainfo } : {}),
  };
}
