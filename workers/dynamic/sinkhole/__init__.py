"""The network of an app in the sandbox: every connection is answered on this machine, and told."""
