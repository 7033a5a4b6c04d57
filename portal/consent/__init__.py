"""The one mechanism of joint consent: documents, revisions, replies, agreement (合意)."""
