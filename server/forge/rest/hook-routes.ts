import type { Router } from 'express';
import { z } from 'zod';
import { hookAnswer } from '../answers.js';
import { bodyOf, repositoryOf, type ForgeContext } from '../forge-context.js';
import { notFound } from '../forge-error.js';

const creation = z.object({
  name: z.literal('web').default('web'),
  active: z.boolean().default(true),
  events: z.array(z.string()).default(['push']),
  config: z.object({
    url: z.url(),
    secret: z.string().optional(),
    content_type: z.literal('json').optional(),
  }),
});

/** Webhooks of a repository. They last as long as the forge runs. */
export function hookRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;
  let next = 1;

  router.get('/repos/:owner/:repo/hooks', (request, response) => {
    const { repository } = repositoryOf(context, request, 'admin');
    response.json([...repository.hooks.values()].map((hook) => hookAnswer(repository, hook, addresses)));
  });

  router.post('/repos/:owner/:repo/hooks', (request, response) => {
    const { repository } = repositoryOf(context, request, 'admin');
    const { config, events } = bodyOf(creation, request, 'Hook');
    const hook = {
      id: next++,
      url: config.url,
      secret: config.secret,
      events,
      createdAt: new Date().toISOString(),
    };
    repository.hooks.set(hook.id, hook);
    response.status(201).json(hookAnswer(repository, hook, addresses));
  });

  router.delete('/repos/:owner/:repo/hooks/:id', (request, response) => {
    const { repository } = repositoryOf(context, request, 'admin');
    if (!repository.hooks.delete(Number(request.params.id))) throw notFound();
    response.status(204).end();
  });
}
