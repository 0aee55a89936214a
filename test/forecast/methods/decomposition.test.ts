import { expect } from 'chai';
import {
  decomposition,
  decompositionWith,
  fitDecomposition,
} from '../../../forecast/methods/decomposition/decomposition.ts';
import { DAY, hourly, meanError, normalNoise, shareOfLastValue } from './processes.ts';

const START = Date.UTC(2026, 0, 5) / 1000;
const HOUR = 3600;

describe('decomposition', () => {
  it('goes on with a trend that has changed its slope', () => {
    const noise = normalNoise(31);
    const history = hourly(500, t => 20 + 0.1 * t + 0.5 * Math.max(0, t - 200) + 2 * noise());

    expect(shareOfLastValue(decomposition, history, 460, 12)).below(0.75);
  });

  it('knows the time of day', () => {
    const noise = normalNoise(32);
    const history = hourly(7 * DAY, t => 50 + 20 * Math.sin((2 * Math.PI * t) / DAY) + noise());

    expect(meanError(decomposition, history, 6 * DAY, 12)).below(1.2);
    expect(shareOfLastValue(decomposition, history, 6 * DAY, 12)).below(0.15);
  });

  it('knows the day of the week from two weeks', () => {
    const noise = normalNoise(33);
    const week = 7 * DAY;
    const history = hourly(5 * week, t => 50 + 20 * Math.sin((2 * Math.PI * t) / week) + noise());

    expect(shareOfLastValue(decomposition, history, 4 * week, 2 * DAY)).below(0.15);
  });

  it('learns day and trend from half of the samples', () => {
    const noise = normalNoise(34);
    const history = hourly(14 * DAY, t =>
      (t * 7919) % 13 < 6 || (t > 100 && t < 140)
        ? NaN
        : 50 + 20 * Math.sin((2 * Math.PI * t) / DAY) + noise(),
    );
    const out = new Float64Array(DAY);

    expect(decomposition.prepare(history, 14 * DAY, DAY)(14 * DAY, out)).equals(true);

    for (const [t, value] of out.entries())
      expect(value).closeTo(50 + 20 * Math.sin((2 * Math.PI * t) / DAY), 1.5);
  });

  it('learns what an event adds and expects it the next time', () => {
    const noise = normalNoise(35);
    const days = [3, 7, 11, 14];
    const isBackup = (t: number): boolean =>
      days.includes(Math.floor(t / DAY)) && t % DAY >= 2 && t % DAY < 7;
    const history = hourly(14 * DAY, t => 30 + (isBackup(t) ? 25 : 0) + noise());
    const events = days.map(day => ({
      name: 'backup',
      startAt: START + (day * DAY + 2) * HOUR,
      endAt: START + (day * DAY + 7) * HOUR,
    }));
    const calendar = { historyStartAt: START, events };
    const out = new Float64Array(DAY);

    expect(decompositionWith(calendar).prepare(history, 14 * DAY, DAY)(14 * DAY, out)).equals(true);

    expect(fitDecomposition(history, 14 * DAY, calendar)!.effects.get('backup')).closeTo(25, 2.5);
    for (const [t, value] of out.entries()) expect(value).closeTo(isBackup(14 * DAY + t) ? 55 : 30, 3.5);
  });

  it('expects nothing of an event that it has never seen', () => {
    const noise = normalNoise(36);
    const history = hourly(5 * DAY, () => 30 + noise());
    const campaign = { name: 'campaign', startAt: START + 120 * HOUR, endAt: START + 140 * HOUR };

    const fitted = fitDecomposition(history, 5 * DAY, { historyStartAt: START, events: [campaign] })!;

    expect(fitted.effects.get('campaign')).equals(0);
  });
});
