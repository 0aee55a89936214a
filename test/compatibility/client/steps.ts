/** One command, sent to Watcher and to Auspex. */
export interface Step {
  /** What follows `openstack optimize`. `{x}` stands for what an earlier step kept, `{n}` for a name of this run. */
  readonly command: string;
  /** What later steps use: columns of the (first row of the) answer, by the names that they get. */
  readonly keep?: Readonly<Record<string, string>>;
  /** Asked again until a column has a value. */
  readonly until?: readonly [column: string, value: string];
  /** Where catalogues or clouds differ only the columns count. */
  readonly onlyColumns?: true;
  /** What Auspex says in other words or besides; only the columns and the exit code count then. */
  readonly differs?: string;
}

const CATALOGUE: readonly Step[] = [
  { command: 'goal list', onlyColumns: true },
  { command: 'goal list --detail', onlyColumns: true },
  { command: 'goal list --limit 1 --sort-key name --sort-dir desc', onlyColumns: true },
  { command: 'goal show dummy', keep: { goal: 'UUID' } },
  { command: 'goal show {goal}' },
  { command: 'goal show nope' },
  { command: 'goal list --sort-key nope' },
  { command: 'goal list --marker {goal} --sort-key name --limit 1', onlyColumns: true },
  { command: 'strategy list', onlyColumns: true },
  { command: 'strategy list --goal unclassified' },
  { command: 'strategy list --goal {goal} --detail --sort-key name --sort-dir asc', onlyColumns: true },
  { command: 'strategy show dummy', keep: { strategy: 'UUID' } },
  { command: 'strategy show {strategy}' },
  { command: 'strategy list --goal dummy --marker {strategy} --sort-key name --limit 1', onlyColumns: true },
  { command: 'strategy show nope' },
  { command: 'strategy state dummy', differs: 'which models are there depends on what has run' },
  { command: 'scoringengine list', onlyColumns: true },
  { command: 'scoringengine list --detail --limit 1 --sort-key name --sort-dir desc', onlyColumns: true },
  { command: 'scoringengine show dummy_scorer' },
  { command: 'scoringengine show nope' },
  { command: 'service list', keep: { service: 'ID' }, onlyColumns: true },
  { command: 'service list --detail --limit 1 --sort-key id --sort-dir desc', onlyColumns: true },
  { command: 'service show {service}', onlyColumns: true },
  { command: 'service show watcher-applier', onlyColumns: true },
  { command: 'service show 999' },
];

const TEMPLATES: readonly Step[] = [
  { command: 'audittemplate create {n} dummy -s dummy -d some-words --scope {scope.yaml}' },
  { command: 'audittemplate create {n} dummy' },
  { command: 'audittemplate create {n}-b {goal} --scope {scope.json}', keep: { other: 'UUID' } },
  { command: 'audittemplate create {n}-c nope' },
  { command: 'audittemplate create {n}-c dummy -s nope' },
  { command: 'audittemplate list --goal dummy --strategy dummy --sort-key name --sort-dir desc --limit 1', onlyColumns: true },
  { command: 'audittemplate list --detail --marker {other}', onlyColumns: true },
  { command: 'audittemplate show {n}', keep: { template: 'UUID' } },
  { command: 'audittemplate show {template}' },
  { command: 'audittemplate update {n} replace description=other-words' },
  { command: 'audittemplate update {template} remove description' },
  { command: 'audittemplate update {template} add description=new-words name={n}-d' },
  { command: 'audittemplate update {template} replace nope=1' },
  { command: 'audittemplate show {n}' },
  { command: 'audittemplate delete {n}-b' },
  { command: 'audittemplate delete {n}-b' },
]; // prettier-ignore

const AUDITS: readonly Step[] = [
  { command: 'audit create -a {n}-d -p para1=1 -p para2=x --name {n}-1 --force', keep: { audit: 'UUID' } },
  { command: 'audit create -a {template} --name {n}-1' },
  { command: 'audit create -t ONESHOT -g dummy -s dummy -p para1=99', differs: 'says in one sentence what is wrong' },
  { command: 'audit create -t ONESHOT -g dummy -s dummy -p nope=1' },
  { command: 'audit create -t CONTINUOUS -g dummy' },
  { command: 'audit create -t ONESHOT -g dummy -i 60' },
  { command: 'audit create -t NOPE -g dummy' },
  { command: 'audit create -g nope' },
  {
    command:
      'audit create -t CONTINUOUS -i 3600 -g dummy -s dummy --auto-trigger --name {n}-2 --start-time 2040-01-01T00:00:00 --end-time 2040-02-01T00:00:00',
    keep: { continuous: 'UUID' },
  },
  { command: 'audit create -t EVENT -g dummy -s dummy --name {n}-3', keep: { event: 'UUID' } },
  { command: 'audit list', onlyColumns: true },
  { command: 'audit list --goal dummy --detail --sort-key name --sort-dir desc --limit 2', onlyColumns: true },
  { command: 'audit list --marker {audit} --limit 1', onlyColumns: true },
  { command: 'audit show {audit}', until: ['State', 'SUCCEEDED'] },
  { command: 'audit show {n}-2' },
  { command: 'audit show nope' },
  { command: 'audit update {continuous} replace interval=7200' },
  { command: 'audit update {n}-2 replace end_time=2041-01-01T00:00:00' },
  { command: 'audit update {continuous} replace state=SUCCEEDED' },
  { command: 'audit update {continuous} replace state=CANCELLED' },
  { command: 'audit update {event} replace state=CANCELLED' },
  { command: 'audit delete {continuous} {n}-3' },
  { command: 'audit show {continuous}' },
]; // prettier-ignore

const PLANS: readonly Step[] = [
  { command: 'actionplan list --audit {audit}', keep: { plan: 'UUID' } },
  { command: 'actionplan list --audit {n}-1 --detail --limit 1 --sort-key state --sort-dir asc' },
  { command: 'actionplan list --marker {plan} --limit 1', onlyColumns: true },
  { command: 'actionplan show {plan}' },
  { command: 'actionplan show {audit}' },
  { command: 'action list --action-plan {plan} --sort-key action_type', keep: { action: 'UUID' } },
  {
    command: 'action list --audit {audit} --detail --sort-key action_type --sort-dir desc',
    differs: 'the description also says why',
  },
  { command: 'action list --limit 1 --marker {action}', onlyColumns: true },
  { command: 'action show {action}', differs: 'the description also says why' },
  { command: 'action show {plan}' },
  { command: 'actionplan start {plan}', differs: 'the applier may have begun already' },
  { command: 'actionplan show {plan}', until: ['State', 'SUCCEEDED'] },
  { command: 'actionplan start {plan}' },
  { command: 'actionplan cancel {plan}' },
  {
    command: 'action list --action-plan {plan} --sort-key action_type --detail',
    differs: 'the description also says why',
  },
  { command: 'audit create -g dummy -s dummy --name {n}-4 --force', keep: { second: 'UUID' } },
  { command: 'audit show {second}', until: ['State', 'SUCCEEDED'] },
  { command: 'actionplan list --audit {second}', keep: { cancelled: 'UUID' } },
  { command: 'actionplan update {cancelled} replace state=SUCCEEDED' },
  { command: 'actionplan cancel {cancelled}' },
  { command: 'actionplan update {cancelled} replace state=PENDING' },
  { command: 'action list --action-plan {cancelled} --sort-key action_type' },
  { command: 'actionplan delete {plan} {cancelled}' },
  { command: 'actionplan delete {plan}' },
];

const MODEL: readonly Step[] = [
  { command: 'datamodel list', onlyColumns: true },
  { command: 'datamodel list --type compute --audit {second} --detail', onlyColumns: true },
  { command: 'datamodel list --type storage' },
  { command: 'datamodel list --audit nope' },
];

/** Every command of the client, with every option; the last ones remove what was made. */
export const STEPS: readonly Step[] = [
  ...CATALOGUE,
  ...TEMPLATES,
  ...AUDITS,
  ...PLANS,
  ...MODEL,
  { command: 'audit delete {audit} {second}' },
  { command: 'audittemplate delete {template}' },
];
