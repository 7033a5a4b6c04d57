"""What the portal tells people (お知らせ): each one's inbox, and for the operator how the mails get on."""
