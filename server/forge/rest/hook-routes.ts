import type { Request, Router } from 'express';
import { z } from 'zod';
import { deliveryAnswer, hookAnswer } from '../answers.js';
import { bodyOf, repositoryOf, type ForgeContext } from '../forge-context.js';
import { notFound } from '../forge-error.js';
import { paginate } from './pagination.js';

const config = z.object({
  url: z.url(),
  secret: z.string().optional(),
  content_type: z.literal('json').optional(),
});
const creation = z.object({
  name: z.literal('web').default('web'),
  active: z.boolean().default(true),
  events: z.array(z.string()).default(['push']),
  config,
});
const change = z.object({
  active: z.boolean().optional(),
  events: z.array(z.string()).optional(),
  config: config.optional(),
});

/** Webhooks of a repository, and what they were told. They last as long as the forge runs. */
export function hookRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;

  const hookOf = (request: Request) => {
    const { repository, user } = repositoryOf(context, request, 'admin');
    const hook = repository.hooks.get(Number(request.params.id));
    if (!hook) throw notFound();
    return { repository, user, hook };
  };
  const deliveryOf = (request: Request) => {
    const { repository, hook } = hookOf(request);
    const delivery = hook.deliveries.find((each) => each.id === Number(request.params.delivery));
    if (!delivery) throw notFound();
    return { repository, hook, delivery };
  };

  router.get('/repos/:owner/:repo/hooks', (request, response) => {
    const { repository } = repositoryOf(context, request, 'admin');
    const page = paginate(request, response, [...repository.hooks.values()]);
    response.json(page.map((hook) => hookAnswer(repository, hook, addresses)));
  });

  router.post('/repos/:owner/:repo/hooks', (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'admin');
    const body = bodyOf(creation, request, 'Hook');
    const { url, secret } = body.config;
    const hook = context.hooks.add(repository, { url, secret, events: body.events, active: body.active });
    response.status(201).json(hookAnswer(repository, hook, addresses));
    context.hooks.ping(repository, user, hook);
  });

  router.get('/repos/:owner/:repo/hooks/:id', (request, response) => {
    const { repository, hook } = hookOf(request);
    response.json(hookAnswer(repository, hook, addresses));
  });

  router.patch('/repos/:owner/:repo/hooks/:id', (request, response) => {
    const { repository, hook } = hookOf(request);
    const body = bodyOf(change, request, 'Hook');
    hook.active = body.active ?? hook.active;
    hook.events = body.events ?? hook.events;
    if (body.config) {
      hook.url = body.config.url;
      hook.secret = body.config.secret;
    }
    hook.updatedAt = new Date().toISOString();
    response.json(hookAnswer(repository, hook, addresses));
  });

  router.delete('/repos/:owner/:repo/hooks/:id', (request, response) => {
    const { repository, hook } = hookOf(request);
    repository.hooks.delete(hook.id);
    response.status(204).end();
  });

  router.post('/repos/:owner/:repo/hooks/:id/pings', (request, response) => {
    const { repository, user, hook } = hookOf(request);
    context.hooks.ping(repository, user, hook);
    response.status(204).end();
  });

  router.get('/repos/:owner/:repo/hooks/:id/deliveries', (request, response) => {
    const { repository, hook } = hookOf(request);
    const perPage = Math.min(100, Number(request.query.per_page ?? 30) || 30);
    const cursor = Number(request.query.cursor ?? 0);
    const older = hook.deliveries.filter((each) => cursor === 0 || each.id < cursor);
    const page = older.slice(0, perPage);
    const last = page.at(-1);
    if (last && older.length > perPage) {
      // Deliveries arrive while they are read: the next page begins below an id, not at a number.
      const url = new URL(request.originalUrl, addresses.web);
      url.searchParams.set('cursor', String(last.id));
      response.setHeader('Link', `<${url.href}>; rel="next"`);
    }
    response.json(page.map((each) => deliveryAnswer(repository, each)));
  });

  router.get('/repos/:owner/:repo/hooks/:id/deliveries/:delivery', (request, response) => {
    const { repository, hook, delivery } = deliveryOf(request);
    response.json({
      ...deliveryAnswer(repository, delivery),
      url: hook.url,
      request: delivery.request,
      response: delivery.response,
    });
  });

  router.post('/repos/:owner/:repo/hooks/:id/deliveries/:delivery/attempts', (request, response) => {
    const { hook, delivery } = deliveryOf(request);
    context.hooks.redeliver(hook, delivery);
    response.status(202).json({});
  });
}
