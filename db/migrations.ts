import type { Knex } from 'knex';

type CreateTable = (table: Knex.CreateTableBuilder) => void;

interface Migration {
  readonly name: string;
  readonly tables: Readonly<Record<string, CreateTable>>;
}

/** In order of time. One that has been published never changes: what comes later is a new one. */
const MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-audits-to-actions',
    tables: {
      catalogue: table => {
        table.increments('id');
        table.string('uuid', 36).notNullable().unique();
        table.string('kind', 20).notNullable();
        table.string('name', 255).notNullable();
        table.string('created_at', 32).notNullable();
        table.string('updated_at', 32);
        table.unique(['kind', 'name']);
      },
      audit_templates: table => {
        addCommon(table);
        addUniqueName(table);
        table.text('description');
        table.string('goal_name', 255).notNullable();
        table.string('strategy_name', 255);
        table.text('scope', 'longtext').notNullable();
        table.text('default_parameters', 'longtext').notNullable();
      },
      audits: table => {
        addCommon(table);
        addUniqueName(table);
        table.string('audit_type', 20).notNullable();
        table.string('state', 20).notNullable().index();
        table.text('parameters', 'longtext').notNullable();
        table.string('interval', 255);
        table.string('goal_name', 255).notNullable();
        table.string('strategy_name', 255);
        table.text('scope', 'longtext').notNullable();
        table.boolean('auto_trigger').notNullable();
        table.boolean('force').notNullable();
        table.string('next_run_at', 32);
        table.string('hostname', 255);
        table.string('start_at', 32);
        table.string('end_at', 32);
        table.text('status_message');
      },
      action_plans: table => {
        addCommon(table);
        table.string('audit_uuid', 36).notNullable().references('uuid').inTable('audits');
        table.string('strategy_name', 255).notNullable();
        table.string('state', 20).notNullable().index();
        table.text('efficacy_indicators', 'longtext').notNullable();
        table.text('global_efficacy', 'longtext').notNullable();
        table.string('hostname', 255);
        table.text('status_message');
        table.index('audit_uuid');
      },
      actions: table => {
        addCommon(table);
        table.string('action_plan_uuid', 36).notNullable().references('uuid').inTable('action_plans');
        table.string('action_type', 255).notNullable();
        table.text('input_parameters', 'longtext').notNullable();
        table.string('state', 20).notNullable();
        table.text('parents', 'longtext').notNullable();
        table.text('reason');
        table.text('status_message');
        table.index('action_plan_uuid');
      },
      services: table => {
        table.increments('id');
        table.string('name', 255).notNullable();
        table.string('host', 255).notNullable();
        table.string('last_seen_at', 32).notNullable();
        table.string('created_at', 32).notNullable();
        table.string('updated_at', 32);
        table.unique(['name', 'host']);
      },
    },
  },
];

/** Brings the tables up to date. Replicas that start together do it one after the other. */
export async function migrate(db: Knex): Promise<void> {
  const isMysql = db.client.dialect === 'mysql';
  if (!isMysql) {
    await db.migrate.latest({ migrationSource: SOURCE });
    return;
  }
  await db.transaction(async holder => {
    const [[row]] = await holder.raw("SELECT GET_LOCK('auspex_migrations', 25) AS is_held");
    if (row.is_held !== 1) throw new Error('another replica has been changing the tables for 25 s');
    try {
      // Held by nobody else here, so what Knex's own lock still says is left from a replica that died.
      await db.migrate.list({ migrationSource: SOURCE });
      await db.migrate.forceFreeMigrationsLock({ migrationSource: SOURCE });
      await db.migrate.latest({ migrationSource: SOURCE });
    } finally {
      await holder.raw("SELECT RELEASE_LOCK('auspex_migrations')");
    }
  });
}

const SOURCE: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: migration => migration.name,
  getMigration: async ({ tables }) => ({
    // MySQL commits each table by itself: one that broke off is taken up where it ended.
    async up(db) {
      for (const [name, create] of Object.entries(tables)) {
        if (await db.schema.hasTable(name)) continue;
        await db.schema.createTable(name, table => {
          if (db.client.dialect === 'mysql') {
            table.engine('InnoDB');
            table.charset('utf8mb4');
            table.collate('utf8mb4_bin');
          }
          create(table);
        });
      }
    },
    async down(db) {
      for (const name of Object.keys(tables).toReversed()) await db.schema.dropTableIfExists(name);
    },
  }),
};

/** `deleted` is 0 in live rows and the row's id in deleted ones, so that a name is free again after deletion. */
function addCommon(table: Knex.CreateTableBuilder): void {
  table.increments('id');
  table.string('uuid', 36).notNullable().unique();
  table.string('created_at', 32).notNullable();
  table.string('updated_at', 32);
  table.string('deleted_at', 32);
  table.integer('deleted').unsigned().notNullable().defaultTo(0);
}

/** `name_key` is the name without its case: equal on every database, whatever its collation. */
function addUniqueName(table: Knex.CreateTableBuilder): void {
  table.string('name', 255).notNullable();
  table.string('name_key', 255).notNullable();
  table.unique(['name_key', 'deleted']);
}
