import { useActionState } from "react";
import { signIn } from "./session";
import { Title } from "./states";

export function SignIn({ refusal }: { refusal: string }) {
  const [, submit, isPending] = useActionState(async (_: null, form: FormData) => {
    await signIn(String(form.get("customer")));
    return null;
  }, null);
  return (
    <section className="card narrow">
      <Title>Sign in</Title>
      <p role="alert">{refusal}</p>
      <form action={submit}>
        <label htmlFor="customer">Customer of the sandbox</label>
        <input id="customer" name="customer" required defaultValue="1234" autoComplete="username" />
        <button className="primary" disabled={isPending}>
          Sign in
        </button>
      </form>
      <p className="hint">Others: small, group, virtual. Refused: expired, foreign.</p>
    </section>
  );
}
