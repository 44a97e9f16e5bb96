from odoo import api, models
from odoo.tools.mail import html2plaintext, unfold_references

# A reason is for a person to read, not an archive of the other server's report.
REASON_LENGTH = 500


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override of `mail` to tell the outbox which message came back."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        references = message_dict.get("bounced_msg_ids") or []
        if references:
            reason = html2plaintext(message_dict.get("body") or "").strip()
            # Incoming mail is handled for nobody in particular; only messages whose own
            # reference is in it are marked.
            self.env["incasso.message"].sudo()._receive_report(
                references,
                _delivery_action(email_message),
                reason[:REASON_LENGTH] or self.env._("The e-mail bounced."),
            )
        return result

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Override of `mail` to bring an answer to a message to its dossier, as
        something that is to be answered (`incasso.correspondence`).

        Messages of the outbox are no `mail.message`, so `mail` itself cannot find what
        an answer refers to. What a machine answers, such as that somebody is on
        holiday, goes to the chatter of the dossier and waits for nobody.
        """
        if not message_dict.get("is_bounce"):
            references = unfold_references(
                message_dict.get("references") or message_dict.get("in_reply_to") or ""
            )
            # Incoming mail is handled for nobody in particular; this reads which
            # dossier it belongs to.
            answered = references and self.env["incasso.message"].sudo().search(
                [("mail_message_ref", "in", references[-32:])], limit=1
            )
            if answered:
                dossier = answered.dossier_id
                target = ("incasso.dossier", dossier.id, None)
                if message.get("Auto-Submitted", "no").lower() == "no":
                    target = ("incasso.correspondence", 0, {"dossier_id": dossier.id})
                route = self._routing_check_route(
                    message,
                    message_dict,
                    (*target, self.env.uid, None),
                    raise_exception=False,
                )
                if route:
                    self._routing_reset_bounce(message, message_dict)
                    return [route]
        return super().message_route(
            message, message_dict, model, thread_id, custom_values
        )


def _delivery_action(email_message):
    """What a delivery report says: ``failed``, ``delayed``, ``delivered``, ...

    RFC 3464, 2.3.3. What says nothing came back for good.
    """
    for part in email_message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if action := block.get("Action"):
                    return action.strip().lower()
    return "failed"
