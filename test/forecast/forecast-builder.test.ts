import { expect } from 'chai';
import type { ClusterModel } from '../../cluster/cluster-model.ts';
import { ForecastBuilder } from '../../forecast/forecast-builder.ts';
import type { Forecast } from '../../forecast/forecast.ts';
import type { UsageBatch } from '../../forecast/usage-batch.ts';
import { cluster, flavor, host, instance } from '../cluster/tiny-cluster.ts';
import { batch, DAY, history, noise, START, STEP } from './series.ts';

const STEPS = 24;

function forecastOf(model: ClusterModel, ...batches: UsageBatch[]): Forecast {
  const metrics = ['cpu', 'memory'] as const;
  const builder = new ForecastBuilder({
    cluster: model,
    metrics,
    startAt: START,
    stepSeconds: STEP,
    steps: STEPS,
  });
  for (const one of batches) builder.add(one);
  return builder.build();
}

const four = { flavor: flavor({ vcpus: 4 }) };
const model = cluster({ hosts: [host('h')], instances: [instance('vm', 'h', four)] });

describe('forecast', () => {
  it('foresees a rise that comes at the same time every day', () => {
    const draw = noise(1);
    const rising = history(14, step => (step < 12 ? 20 : 80) + draw());

    const forecast = forecastOf(model, batch('instance_cpu_usage', { vm: rising }));

    expect(forecast.method('vm', 'cpu')).to.equal('daily_profile');
    const median = forecast.at('vm', 'cpu', 0.5)!;
    expect(median[6]).to.be.closeTo(0.2 * 4, 0.2);
    expect(median[20]).to.be.closeTo(0.8 * 4, 0.2);
    expect(forecast.maximum('vm', 'cpu')!.exceedance(3)).to.be.greaterThan(0.9);
    expect(forecast.maximum('vm', 'cpu')!.exceedance(3.6)).to.be.lessThan(0.1);
  });

  it('falls back to a simple method on a series without a rhythm', () => {
    const draw = noise(2);
    const forecast = forecastOf(
      model,
      batch('instance_cpu_usage', { vm: history(14, () => 50 + 5 * draw()) }),
    );

    expect(forecast.method('vm', 'cpu')).to.equal('median_of_last_hour');
  });

  it('keeps the last value of a series that walks', () => {
    const draw = noise(3);
    let level = 500;
    const walk = history(14, () => (level += draw()));
    const forecast = forecastOf(model, batch('instance_ram_usage', { vm: walk }));

    expect(forecast.method('vm', 'memory')).to.equal('last_value');
  });

  it('covers what comes as often as its quantiles say', () => {
    let [covered, count] = [0, 0];
    for (let seed = 0; seed < 60; seed += 1) {
      const draw = noise(100 + seed);
      const values = history(15, step => 30 + 20 * Math.sin((2 * Math.PI * step) / DAY) + 4 * draw());
      const known = values.slice(0, -DAY);
      const bound = forecastOf(model, batch('instance_cpu_usage', { vm: known })).at('vm', 'cpu', 0.9)!;
      for (let step = 0; step < STEPS; step += 1) {
        count += 1;
        if ((values[known.length + step]! / 100) * 4 <= bound[step]!) covered += 1;
      }
    }
    expect(covered / count).to.be.within(0.86, 0.94);
  });

  it('takes missing samples for missing, not for zero', () => {
    const draw = noise(4);
    const values = history(14, (_, step) => (step % 7 === 0 ? NaN : 60 + draw()));
    const forecast = forecastOf(model, batch('instance_cpu_usage', { vm: values }));

    expect(forecast.at('vm', 'cpu', 0.01)![3]).to.be.greaterThan(0.5 * 4);
  });

  it('says nothing of a series that is too short, has no recent sample, or is unknown to the cloud', () => {
    const stale = history(14, (_, step) => (step > 14 * DAY - 14 ? NaN : 50));
    const forecast = forecastOf(
      model,
      batch('instance_cpu_usage', { vm: stale, stranger: history(14, () => 50) }),
    );
    const young = forecastOf(model, batch('instance_cpu_usage', { vm: new Float32Array(30).fill(50) }));

    for (const id of ['vm', 'stranger', 'nobody']) {
      expect(forecast.instanceTerms(id, 'cpu'), id).to.equal(undefined);
      expect(forecast.at(id, 'cpu', 0.5), id).to.equal(undefined);
    }
    expect(young.instanceTerms('vm', 'cpu')).to.equal(undefined);
  });

  it('foresees the maximum in spite of gaps, or says nothing of it', () => {
    const draw = noise(8);
    const everyNthMissing = (n: number) =>
      history(14, (_, step) => (step % n === 0 ? NaN : 50 + 20 * draw()));
    const some = forecastOf(model, batch('instance_cpu_usage', { vm: everyNthMissing(50) }));
    const many = forecastOf(model, batch('instance_cpu_usage', { vm: everyNthMissing(3) }));

    expect(some.maximum('vm', 'cpu')!.exceedance(0.7 * 4)).to.be.greaterThan(0.7);
    expect(many.instanceTerms('vm', 'cpu')).to.not.equal(undefined);
    expect(many.maximum('vm', 'cpu')).to.equal(undefined);
  });

  it('never goes below zero or beyond the vCPUs', () => {
    const draw = noise(5);
    const forecast = forecastOf(
      model,
      batch('instance_cpu_usage', { vm: history(14, () => Math.max(0, 50 + 60 * draw())) }),
    );

    expect(forecast.at('vm', 'cpu', 0.99)![0]).to.equal(4);
    expect(forecast.at('vm', 'cpu', 0.01)![0]).to.equal(0);
  });

  it('refuses a batch that ends elsewhere', () => {
    const late = { ...batch('instance_cpu_usage', { vm: history(2, () => 1) }), startAt: START };

    expect(() => forecastOf(model, late)).to.throw(RangeError, 'instance_cpu_usage');
  });

  it('attributes to the host what its instances do not explain', () => {
    const draw = noise(6);
    const forecast = forecastOf(
      model,
      batch('instance_cpu_usage', { vm: history(14, () => 50 + draw()) }),
      batch('host_cpu_usage', { h: history(1, () => 55) }),
    );

    expect(forecast.hostBaseTerms('h', 'cpu')!.mean[0]).to.be.closeTo(5.5 - 2, 0.2);
    expect(forecast.hostBaseTerms('elsewhere', 'cpu')).to.equal(undefined);
  });
});

describe('forecast of a sum', () => {
  /** 40 instances whose load errs together (`together`) or each on its own. */
  function forty(together: boolean): {
    forecast: Forecast;
    ids: readonly string[];
    values: readonly Float32Array[];
  } {
    const ids = Array.from({ length: 40 }, (_, n) => `vm-${String(n).padStart(2, '0')}`);
    const common = noise(1000);
    const shared = history(14, () => common());
    const values = ids.map((_, n) => {
      const own = noise(n);
      return history(14, (__, step) => 50 + (together ? 6 * shared[step]! + 2 * own() : 6 * own()));
    });
    const many = cluster({ hosts: [host('h')], instances: ids.map(id => instance(id, 'h', four)) });
    const series = Object.fromEntries(ids.map((id, n) => [id, values[n]!]));
    return { forecast: forecastOf(many, batch('instance_cpu_usage', series)), ids, values };
  }

  it('is far below the sum of the quantiles when the errors are independent', () => {
    const { forecast, ids } = forty(false);
    const spread = forecast.sumQuantile(ids, 'cpu', 0.95)[5]! - forecast.sumQuantile(ids, 'cpu', 0.5)[5]!;
    const naive = ids.reduce(
      (sum, id) => sum + forecast.at(id, 'cpu', 0.95)![5]! - forecast.at(id, 'cpu', 0.5)![5]!,
      0,
    );

    expect(forecast.factors).to.be.within(0, 2);
    expect(spread / naive).to.be.within(0.1, 0.3); // 1/sqrt(40) = 0.16
  });

  it('is near the sum of the quantiles when they err together', () => {
    const { forecast, ids } = forty(true);
    const spread = forecast.sumQuantile(ids, 'cpu', 0.95)[5]! - forecast.sumQuantile(ids, 'cpu', 0.5)[5]!;
    const naive = ids.reduce(
      (sum, id) => sum + forecast.at(id, 'cpu', 0.95)![5]! - forecast.at(id, 'cpu', 0.5)![5]!,
      0,
    );

    expect(forecast.factors).to.be.within(1, 8);
    expect(spread / naive).to.be.within(0.8, 1.1);
  });

  it('is the same, term by term, as what the terms add up to', () => {
    const { forecast, ids } = forty(true);
    const [mean, own, loadings] = [0, 0, new Float64Array(forecast.factors)];
    let [m, v] = [mean, own];
    for (const id of ids) {
      const terms = forecast.instanceTerms(id, 'cpu')!;
      m += terms.mean[7]!;
      v += terms.ownVariance[7]!;
      for (let k = 0; k < forecast.factors; k += 1) loadings[k]! += terms.loadings[7 * forecast.factors + k]!;
    }
    for (const loading of loadings) v += loading * loading;

    expect(forecast.sumQuantile(ids, 'cpu', 0.95)[7]).to.be.closeTo(m + 1.644853627 * Math.sqrt(v), 1e-3);
  });
});
