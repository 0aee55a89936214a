import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasourceSettingsError } from '../../../plugin/datasources/errors.ts';
import { readMetricMap } from '../../../plugin/datasources/metric-map-file.ts';

describe('metric_map.yaml (B99)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auspex-metric-map-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(text: string) {
    const file = join(folder, 'metric_map.yaml');
    writeFileSync(file, text);
    return readMetricMap(file);
  }

  it('gives other names to metrics, several to one, and takes some away', () => {
    const { names, ignored } = read(`
gnocchi:
  instance_cpu_usage: my.cpu
  instance_disk_io: [a.bytes, b.bytes]
  host_ram_usage:
prometheus:
  instance_ram_usage: libvirt_memory
`);

    expect(names).to.deep.equal({
      gnocchi: {
        instance_cpu_usage: ['my.cpu'],
        instance_disk_io: ['a.bytes', 'b.bytes'],
        host_ram_usage: null,
      },
      prometheus: { instance_ram_usage: ['libvirt_memory'] },
    });
    expect(ignored).to.deep.equal([]);
  });

  it("goes on without Watcher's other datasources and metrics, and names them", () => {
    const { names, ignored } = read(`
grafana: {host_cpu_usage: cpu}
gnocchi: {host_outlet_temp: my.temperature, instance_cpu_usage: cpu}
`);

    expect(names).to.deep.equal({ gnocchi: { instance_cpu_usage: ['cpu'] } });
    expect(ignored).to.deep.equal(['grafana', 'gnocchi.host_outlet_temp']);
  });

  it('may be empty', () => {
    expect(read('')).to.deep.equal({ names: {}, ignored: [] });
    expect(read('gnocchi:\n')).to.deep.equal({ names: { gnocchi: {} }, ignored: [] });
  });

  for (const [what, text, sentence] of [
    ['an unknown datasource', 'gnochi: {instance_cpu_usage: cpu}', /names the datasource gnochi, which/],
    ['an unknown metric', 'gnocchi: {cpu: x}', /names the metric gnocchi\.cpu, which does not exist/],
    [
      'a name that is an expression',
      'prometheus: {instance_cpu_usage: "up} or vector(1) #"}',
      /instance_cpu/,
    ],
    [
      'a name that Prometheus cannot have',
      'aetos: {instance_cpu_usage: my.cpu}',
      /instance_cpu_usage is my\.cpu/,
    ],
    ['a list where nothing is added up', 'gnocchi: {instance_cpu_usage: [a, b]}', /cpu_usage is a list/],
    ['a list', '- gnocchi', /cannot be read: it is not a mapping/],
    ['broken YAML', 'a: [', /cannot be read/],
  ] as const) {
    it(`with ${what} is refused in one sentence`, () => {
      expect(() => read(text))
        .to.throw(DatasourceSettingsError)
        .with.property('message')
        .that.matches(sentence)
        .and.matches(/^[^\n]*metric_map\.yaml[^\n]*\.$/);
    });
  }

  it('must be there', () => {
    expect(() => readMetricMap(join(folder, 'nowhere.yaml'))).to.throw(
      DatasourceSettingsError,
      /datasources\.metricMap: .*nowhere\.yaml cannot be read/,
    );
  });
});
