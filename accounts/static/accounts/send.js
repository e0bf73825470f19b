// Sends the page's form at once; without scripts its button does.
document.querySelector("form[data-send-now]")?.submit();
