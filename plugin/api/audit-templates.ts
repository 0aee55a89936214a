import { randomUUID } from 'node:crypto';
import type { AuditTemplate } from '../lifecycle/audit-template.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './errors.ts';
import { readJson, requireUuid } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import type { Listing } from './paging.ts';
import { listFromDatabase } from './paging.ts';
import { missingIdentifier, readRoutes } from './reading.ts';
import type { ApiRequest, Route } from './request.ts';
import { patchTemplate, readTemplate } from './template-body.ts';
import { auditTemplateView } from './views/audit-template.ts';

export function auditTemplateRoutes({
  catalogue,
  maximumLimit,
  repositories: { auditTemplates },
}: ApiContext): readonly Route[] {
  const listing: Listing<AuditTemplate> = {
    plural: 'audit_templates',
    resource: 'AuditTemplate',
    sortKeys: {
      id: 'id',
      uuid: 'uuid',
      name: 'name',
      description: 'description',
      goal_id: 'goalName',
      goal_name: 'goalName',
      goal_uuid: ({ goalName }) => catalogue.goalUuid(goalName),
      strategy_id: 'strategyName',
      strategy_name: 'strategyName',
      strategy_uuid: ({ strategyName }) => strategyName && catalogue.strategyUuid(strategyName),
      scope: 'scope',
      default_parameters: 'defaultParameters',
      created_at: 'createdAt',
      updated_at: 'updatedAt',
      deleted_at: 'deletedAt',
    },
    view: (template, request, isDetailed) => auditTemplateView(template, request, { catalogue, isDetailed }),
    markerOf: ({ uuid }) => uuid,
    readMarker: marker => requireUuid('marker', marker),
  };
  const find = async (identifier: string, { showDeleted }: ApiRequest): Promise<AuditTemplate> => {
    const found = await auditTemplates.findByIdentifier(identifier, { includeDeleted: showDeleted });
    if (found === undefined) throw notFound('AuditTemplate', identifier);
    return found;
  };

  return [
    ...readRoutes({
      listing,
      rule: 'audit_template',
      filters: ['goal', 'strategy'],
      maximumLimit,
      list: list =>
        listFromDatabase(listing, list, {
          where: catalogue.filter(list.request.query),
          list: query => auditTemplates.list(query),
        }),
      find,
    }),
    {
      method: 'POST',
      path: '/audit_templates',
      rule: 'audit_template:create',
      handle: async request => {
        const wanted = readTemplate(request, catalogue);
        const template = await auditTemplates.create({ uuid: randomUUID(), ...wanted });
        return {
          status: 201,
          body: listing.view(template, request, true),
          location: `${request.baseUrl}/v1/audit_templates/${template.uuid}`,
        };
      },
    },
    {
      method: 'PATCH',
      path: '/audit_templates/:id',
      rule: 'audit_template:update',
      handle: async request => {
        const identifier = request.params['id']!;
        const operations = readPatch(readJson(request, 'patch'));
        const template = await find(identifier, request);
        const changes = patchTemplate(template, operations, { catalogue, minor: request.minor });
        const changed = await auditTemplates.update(template.uuid, changes);
        if (changed === undefined) throw notFound('AuditTemplate', identifier);
        return { body: listing.view(changed, request, true) };
      },
    },
    {
      method: 'DELETE',
      path: '/audit_templates/:id',
      rule: 'audit_template:delete',
      handle: async request => {
        const identifier = request.params['id']!;
        const { uuid } = await find(identifier, request);
        if (!(await auditTemplates.softDelete(uuid))) throw notFound('AuditTemplate', identifier);
        return { status: 204 };
      },
    },
    ...missingIdentifier('audit_templates', 'audit_template', 'audit_template'),
  ];
}
