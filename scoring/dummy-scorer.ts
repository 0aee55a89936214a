import { readFeatures, ScoringError } from './scoring-engine.ts';
import type { ScoringEngine } from './scoring-engine.ts';

const NAME = 'dummy_scorer';
const MIB = 1024 * 1024;
const FEATURES = [
  'proc-processor-time-%',
  'mem-total-bytes',
  'mem-avail-bytes',
  'mem-page-reads/sec',
  'mem-page-writes/sec',
  'disk-read-bytes/sec',
  'disk-write-bytes/sec',
  'net-bytes-received/sec',
  'net-bytes-sent/sec',
] as const;

/** Guesses by fixed limits what kind of workload a machine has; shows how a scoring engine is made, as Watcher's does. */
export const dummyScorer: ScoringEngine = {
  name: NAME,
  description: 'Dummy workload classifier',
  metainfo: JSON.stringify({
    feature_columns: FEATURES,
    result_columns: [
      'workload',
      'idle-probability',
      'cpu-probability',
      'memory-probability',
      'disk-probability',
    ],
    workloads: ['idle', 'cpu-intensive', 'memory-intensive', 'disk-intensive'],
  }),
  calculateScore(features) {
    const values = readFeatures(NAME, features);
    if (values.length !== FEATURES.length) {
      throw new ScoringError(`${NAME} takes ${FEATURES.length} features, not ${values.length}.`);
    }
    return JSON.stringify(classify(values));
  },
};

/** Index of the workload in the metainfo, then the probabilities of the four in percent. */
function classify(values: readonly number[]): readonly number[] {
  const [cpu = 0, , , pageReads = 0, pageWrites = 0, diskReads = 0, diskWrites = 0] = values;
  if (cpu >= 80) return [1, 0, 100, 0, 0];
  if (pageReads >= 1000 && pageWrites >= 1000) return [2, 0, 0, 100, 0];
  if (diskReads >= 50 * MIB && diskWrites >= 50 * MIB) return [3, 0, 0, 0, 100];
  return [0, 100, cpu >= 40 ? 50 : 0, pageReads >= 500 || pageWrites >= 500 ? 50 : 0, 0];
}
