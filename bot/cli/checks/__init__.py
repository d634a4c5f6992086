"""What `earshot check` looks at, one file each."""
