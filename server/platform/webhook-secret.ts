/** What the forge signs its deliveries with: configured, or made anew at each start for the built-in forge. */
export class WebhookSecret {
  constructor(readonly value: string | undefined) {}
}
