import type { ClusterModel } from '../../../cluster/cluster-model.ts';
import { openCloud } from '../../../plugin/openstack/cloud.ts';
import type { Cloud } from '../../../plugin/openstack/cloud.ts';
import { collectCluster } from '../../../plugin/openstack/collect-cluster.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeWorld } from './fake-world.ts';
import { Harness } from './harness.ts';

/** A cloud of hosts and servers to collect, again and again, at an instant of one's own. */
export class CollectHarness extends Harness {
  readonly world = new FakeWorld(this.cloud);
  readonly opened: Cloud = openCloud(this.cloud.config, this.options);

  static override async start(): Promise<CollectHarness> {
    return new CollectHarness(await FakeCloud.start());
  }

  collect(previous?: ClusterModel, signal = this.signal): Promise<ClusterModel> {
    return collectCluster(this.opened, { signal, clock: () => new Date(this.now), previous });
  }

  override async stop(): Promise<void> {
    this.opened.close();
    await super.stop();
  }
}
