import {registry} from "@web/core/registry";

/** From an overdue invoice, on whose form it starts, to a closed dossier. */
registry.category("web_tour.tours").add("incasso_collect", {
    steps: () => [
        {
            content: "Send the overdue invoice to collection",
            trigger: "button[name=action_incasso_hand_over]",
            run: "click",
        },
        {
            content: "The preview shows what is owed",
            trigger: ".modal .o_field_widget[name=principal]:contains('1,000.00')",
        },
        {
            content: "The preview names the flow",
            trigger: ".modal .o_data_row:contains('Own invoices, consumer')",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name=action_confirm]",
            run: "click",
        },
        {
            content: "The dossier is open",
            trigger: ".o_form_view .o_field_widget[name=payment_reference]",
        },
        {
            content: "See how the interest comes about",
            trigger: ".o_field_widget[name=claim_ids] button[name=action_explain]",
            run: "click",
        },
        {
            content: "Its article is named",
            trigger: ".modal:contains('6:119')",
        },
        {
            content: "Back to the dossier",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "Do not wait for the daily run",
            trigger: "body:not(:has(.modal)) button[name=action_run_step]",
            run: "click",
        },
        {
            content: "Yes, today",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "The reminder is on its way",
            trigger: "body:not(:has(.modal)) .nav-link:contains('Messages')",
            run: "click",
        },
        {
            content: "It is in the outbox",
            trigger:
                ".o_field_widget[name=outbox_ids] .o_data_row:contains('Reminder')",
        },
        {
            content: "But the debtor has paid",
            trigger: "button[name=action_register_receipt]",
            run: "click",
        },
        {
            content: "What is owed is proposed, and nothing is left after it",
            trigger: ".modal .o_field_widget[name=left]:contains('0.00')",
        },
        {
            content: "Register it",
            trigger: ".modal button[name=action_register]",
            run: "click",
        },
        {
            content: "The dossier is closed",
            trigger: "body:not(:has(.modal)) .ribbon:contains('Closed')",
        },
    ],
});
