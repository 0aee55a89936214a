import { createGnocchiDatasource } from '../../plugin/datasources/gnocchi/gnocchi-datasource.ts';
import { FakeGnocchi } from '../plugin/datasources/gnocchi/fake-gnocchi.ts';
import { datasourceContract } from './datasource-contract.ts';
import { truthUntil } from './datasource-truth.ts';
import { answerFromTruth } from './gnocchi-from-truth.ts';

const NOW = 1_800_001_234;

describe('datasource contract: gnocchi as it was recorded (B96)', () => {
  datasourceContract(async () => {
    const gnocchi = new FakeGnocchi();
    await gnocchi.start();
    const truth = truthUntil(NOW);
    answerFromTruth(gnocchi, truth);
    const open = (maximumPoints = 500_000) =>
      createGnocchiDatasource({ session: gnocchi.session(), now: () => NOW * 1000, maximumPoints });
    return {
      truth,
      open,
      openDown: () => {
        gnocchi.endpoint = 'http://127.0.0.1:1/metric';
        return open();
      },
      requests: () => gnocchi.requests.length,
      end: () => gnocchi.stop(),
    };
  });
});
