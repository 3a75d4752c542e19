variables {
  tokens = {
    main = {
      iss           = "https://token.actions.githubusercontent.com"
      aud           = "sts.amazonaws.com"
      sub           = "repo:example-org/infrastructure:ref:refs/heads/main"
      repository_id = "456789"
    }
    pull_request = {
      iss           = "https://token.actions.githubusercontent.com"
      aud           = "sts.amazonaws.com"
      sub           = "repo:example-org/infrastructure:pull_request"
      repository_id = "456789"
    }
  }
}

run "main_is_allowed" {
  command = plan

  assert {
    condition     = output.decisions["main"].allowed
    error_message = join("\n", concat([output.decisions["main"].reason], flatten(output.decisions["main"].statements[*].failures)))
  }
}

run "pull_request_is_denied" {
  command = plan

  assert {
    condition     = output.decisions["pull_request"].decision == "denied"
    error_message = "The trust policy allows pull requests, whose code nobody has reviewed."
  }
}
