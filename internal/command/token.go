package command

import "context"

// token has no default source. The file of AWS_WEB_IDENTITY_TOKEN_FILE is meant for AWS, and this token is for others.
func token() command {
	return command{
		name:    "token",
		summary: "Gets a web identity token, and prints it.",
		options: []group{tokenOptions(""), tokenLimitOptions(), tokenTransportOptions()},
		run: func(ctx context.Context, s *settings, p Process) ([]byte, error) {
			s.core.OnlyTokens = true
			client, request, err := s.connect(ctx, p)
			if err != nil {
				return nil, err
			}
			if request.Token == nil {
				return nil, noSource(
					"The file of AWS_WEB_IDENTITY_TOKEN_FILE isn't a default, because its token is meant for AWS.",
				)
			}
			exchange, token, err := client.Token(ctx, request)
			if err != nil {
				return nil, failed(exchange, err)
			}
			return []byte(token.Reveal()), nil
		},
	}
}
