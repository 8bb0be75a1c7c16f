import { useState, type FormEvent } from "react";
import { Screen } from "./parts";
import { signIn, signInWithToken } from "./session";

export function SignIn({ message }: { message?: string }) {
  const [problem, setProblem] = useState<string>();

  function signInAsCustomer(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const customer = String(new FormData(event.currentTarget).get("customer")).trim();
    signIn(customer).catch((error: Error) => setProblem(error.message));
  }

  function signInByToken(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    signInWithToken(String(new FormData(event.currentTarget).get("token")).trim());
  }

  return (
    <Screen title="Sign in">
      {(problem ?? message) && (
        <p role="alert" className="notice bad">
          {problem ?? message}
        </p>
      )}
      <form className="card" onSubmit={signInAsCustomer}>
        <label>
          Customer of the demo
          <input name="customer" defaultValue="1234" required autoComplete="username" />
        </label>
        <button className="primary">Sign in</button>
      </form>
      <form className="card" onSubmit={signInByToken}>
        <label>
          <span>
            Or a token, as <code>gateway token 1234</code> prints it
          </span>
          <input name="token" required autoComplete="off" spellCheck={false} />
        </label>
        <button>Use the token</button>
      </form>
    </Screen>
  );
}
