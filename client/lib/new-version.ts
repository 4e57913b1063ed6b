let registered: Promise<ServiceWorkerRegistration | undefined> = Promise.resolve(undefined);

/**
 * Installs the service worker, by which the page opens without its server.
 * Only over a secure connection or on this machine itself; elsewhere Perch works as ever while connected.
 *
 * @param onNewVersion called when another build than the open page's is ready
 */
export function installServiceWorker(onNewVersion: () => void): void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers || !import.meta.env.PROD) return;
  // The first one to come is of the page's own build.
  let isFirst = workers.controller === null;
  workers.addEventListener('controllerchange', () => {
    if (!isFirst) onNewVersion();
    isFirst = false;
  });
  const install = (): void => {
    registered = workers.register('/service-worker.js', { updateViaCache: 'none' }).catch(() => undefined);
  };
  // After the page itself: it fetches everything there is.
  if (document.readyState === 'complete') install();
  else window.addEventListener('load', install, { once: true });
}

/** Looks whether another build is being served by now; the browser itself looks once a day. */
export async function lookForNewVersion(): Promise<void> {
  // Without a connection there is nothing newer to be had.
  await (await registered)?.update().catch(() => {});
}
