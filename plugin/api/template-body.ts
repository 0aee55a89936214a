import { normalScope } from '../../cluster/scope/parse-scope.ts';
import type { AuditTemplate } from '../lifecycle/audit-template.ts';
import type { New } from '../lifecycle/repositories.ts';
import type { Catalogue, GoalEntry, StrategyEntry } from './catalogue.ts';
import { requireStrategyOfGoal } from './catalogue.ts';
import { ApiError, invalidInput, shown } from './errors.ts';
import type { AnyBodySpec } from './json-body.ts';
import { isObject, readBody } from './json-body.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, patchError } from './json-patch.ts';
import { SINCE } from './microversions.ts';
import { checkName } from './names.ts';
import { validateParameters } from './parameters.ts';
import type { ApiRequest } from './request.ts';

type Content = Omit<New<AuditTemplate>, 'uuid'>;

const ARGUMENT = 'audit_template_postdata';
const MAXIMUM_DESCRIPTION = 255;

/** What may be said of a new template. */
export const TEMPLATE_BODY = {
  argument: ARGUMENT,
  fields: {
    name: 'text',
    description: 'text',
    goal: 'text',
    strategy: 'text',
    scope: 'json',
    default_parameters: 'object',
  },
  mandatory: ['name', 'goal'],
} as const satisfies AnyBodySpec;

/** The template that the request wants created; throws what becomes 400, 406 or 415. */
export function readTemplate(request: ApiRequest, catalogue: Catalogue): Content {
  const body = readBody(request, TEMPLATE_BODY);
  checkVersion(body.default_parameters ?? {}, request.minor);
  return content(
    {
      name: body.name,
      description: body.description ?? null,
      goal: body.goal,
      strategy: body.strategy ?? null,
      scope: body.scope ?? [],
      default_parameters: body.default_parameters ?? {},
    },
    catalogue,
  );
}

/** What a patch changes in the template; throws what becomes 400, 403, 406 or 409. */
export function patchTemplate(
  template: AuditTemplate,
  operations: readonly Operation[],
  { catalogue, minor }: { readonly catalogue: Catalogue; readonly minor: number },
): Content {
  const touched = new Set(operations.map(({ path }) => path.split('/')[1]!));
  if (operations.some(({ op, path }) => op === 'remove' && path === '/goal')) {
    throw new ApiError('cannot_remove', "Cannot remove 'goal' attribute from an audit template");
  }
  if (touched.has('default_parameters') && minor < SINCE.defaultParameters) {
    throw new ApiError('not_acceptable', 'Request not acceptable.');
  }
  const hasParameters = Object.keys(template.defaultParameters).length > 0;
  if (
    hasParameters &&
    !touched.has('default_parameters') &&
    (touched.has('goal') || touched.has('strategy'))
  ) {
    throw new ApiError(
      'conflict',
      'The default parameters belong to the present strategy: change them together with the goal or the strategy.',
    );
  }
  const { name, description, goalName, strategyName, scope, defaultParameters } = template;
  const document = {
    name,
    description,
    goal: goalName,
    strategy: strategyName,
    scope,
    default_parameters: defaultParameters,
  };
  const patched = applyPatch(document, operations);
  if (patched['name'] === null) throw patchError(operations, 'a template has a name');
  return content(
    { ...patched, scope: patched['scope'] ?? [], default_parameters: patched['default_parameters'] ?? {} },
    catalogue,
  );
}

function content(given: Readonly<Record<string, unknown>>, catalogue: Catalogue): Content {
  const { name, description, goal, strategy, scope, default_parameters: parameters } = given;
  if (description !== null && typeof description !== 'string') {
    throw invalidInput('description', description, 'Wrong type. Expected a string.');
  }
  if (description !== null && description.length > MAXIMUM_DESCRIPTION) {
    throw invalidInput('description', description, `It may have ${MAXIMUM_DESCRIPTION} characters.`);
  }
  if (!isObject(parameters)) throw invalidInput('default_parameters', parameters, 'Value not a valid dict.');
  const goalEntry = goalOf(goal, catalogue);
  const strategyEntry = strategyOf(strategy, goalEntry, catalogue);
  if (Object.keys(parameters).length > 0) {
    if (strategyEntry === undefined) {
      throw new ApiError(
        'invalid_parameters',
        'Specify default parameters but no predefined strategy for the audit template',
      );
    }
    validateParameters(strategyEntry.strategy, parameters);
  }
  return {
    name: checkName(name),
    description,
    goalName: goalEntry.name,
    strategyName: strategyEntry?.name ?? null,
    scope: normalScope(scope),
    defaultParameters: parameters,
  };
}

/** Unknown goals and strategies are bad input here, not missing resources. */
function goalOf(identifier: unknown, catalogue: Catalogue): GoalEntry {
  const name = typeof identifier === 'string' ? catalogue.goalName(identifier) : undefined;
  const found = catalogue.goals.find(entry => entry.name === name);
  if (found === undefined) throw invalidInput('goal', identifier, `Goal ${shown(identifier)} is invalid`);
  return found;
}

function strategyOf(identifier: unknown, goal: GoalEntry, catalogue: Catalogue): StrategyEntry | undefined {
  if (identifier === null || identifier === undefined) return undefined;
  const name = typeof identifier === 'string' ? catalogue.strategyName(identifier) : undefined;
  const found = catalogue.strategies.find(entry => entry.name === name);
  if (found === undefined) {
    throw invalidInput('strategy', identifier, `Strategy ${shown(identifier)} is invalid`);
  }
  requireStrategyOfGoal(found, goal, catalogue);
  return found;
}

function checkVersion(parameters: object, minor: number): void {
  if (Object.keys(parameters).length === 0 || minor >= SINCE.defaultParameters) return;
  throw new ApiError('not_acceptable', 'Request not acceptable.');
}
