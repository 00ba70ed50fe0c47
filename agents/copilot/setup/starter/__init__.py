"""What `fewsight copilot init` writes: a small shop with its tools, policy and articles, to be changed."""
