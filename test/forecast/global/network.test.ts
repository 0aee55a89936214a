import { expect } from 'chai';
import { seededRandom } from '../../../bench/synthetic-cloud.ts';
import { Network } from '../../../forecast/global/network.ts';

describe('network', () => {
  it('learns a function that is not linear', () => {
    const random = seededRandom(1);
    const network = new Network([2, 16, 1], random);
    const target = (x: number, y: number): number => (x * y > 0 ? 1 : -1);
    const gradient = new Float32Array(1);
    for (let batch = 0; batch < 1500; batch += 1) {
      for (let n = 0; n < 16; n += 1) {
        const [x, y] = [2 * random() - 1, 2 * random() - 1];
        gradient[0] = network.forward(Float32Array.of(x, y))[0]! - target(x, y);
        network.backward(gradient);
      }
      network.update(0.01, 16, 0);
    }

    for (const [x, y] of [
      [0.6, 0.6],
      [-0.6, -0.6],
      [0.6, -0.6],
      [-0.6, 0.6],
    ] as const) {
      expect(network.forward(Float32Array.of(x, y))[0]! * target(x, y)).greaterThan(0.5);
    }
  });

  it('gives the same for the same seed', () => {
    const input = Float32Array.of(0.3, -0.2, 0.9);
    const outputs = [1, 1].map(seed => [...new Network([3, 8, 4], seededRandom(seed)).forward(input)]);

    expect(outputs[0]).deep.equals(outputs[1]);
  });
});
