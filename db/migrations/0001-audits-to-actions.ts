import type { Knex } from 'knex';
import type { CreateTable, Migration } from './migration.ts';
import { createTables, dropTables } from './migration.ts';

const TABLES: Readonly<Record<string, CreateTable>> = {
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
};

export const auditsToActions: Migration = {
  name: '0001-audits-to-actions',
  up: db => createTables(db, TABLES),
  down: db => dropTables(db, Object.keys(TABLES)),
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
