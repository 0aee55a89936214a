import { randomUUID } from 'node:crypto';
import type { AuditTemplate } from '../lifecycle/audit-template.ts';
import type { ApiContext } from './context.ts';
import { notFound } from './errors.ts';
import { goalReading } from './goal-reading.ts';
import { readJson } from './json-body.ts';
import { readPatch } from './json-patch.ts';
import { missingIdentifier } from './reading.ts';
import type { Route } from './request.ts';
import { patchTemplate, readTemplate } from './template-body.ts';
import { auditTemplateView } from './views/audit-template.ts';

export function auditTemplateRoutes(context: ApiContext): readonly Route[] {
  const { catalogue } = context;
  const { auditTemplates } = context.repositories;
  const { listing, find, routes } = goalReading<AuditTemplate>(context, {
    plural: 'audit_templates',
    resource: 'AuditTemplate',
    rule: 'audit_template',
    repository: auditTemplates,
    sortKeys: { description: 'description', default_parameters: 'defaultParameters' },
    view: (template, request, isDetailed) => auditTemplateView(template, request, { catalogue, isDetailed }),
  });

  return [
    ...routes,
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
